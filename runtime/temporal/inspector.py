"""The workflows of a task queue, seen from outside: `runtime.workflows.inspector.Inspector` over Temporal's service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus
from temporalio.api.failure.v1 import Failure as FailureMessage
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    ListWorkflowExecutionsRequest,
)

from runtime.temporal.failures import of_failure
from runtime.temporal.payloads import of_fields, of_payloads
from runtime.workflows.activation import Signaled
from runtime.workflows.data import from_json, to_json
from runtime.workflows.inspector import Event, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from google.protobuf.timestamp_pb2 import Timestamp
    from temporalio.api.common.v1 import Payload
    from temporalio.api.history.v1 import HistoryEvent
    from temporalio.api.workflow.v1 import WorkflowExecutionInfo

    from runtime.temporal.connection import TemporalConnection

_PAGE = 1000
# Our names of what Temporal calls by a number, and in its language of queries by the words of the second.
_STATUSES = {
    "running": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING, "Running"),
    "completed": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED, "Completed"),
    "failed": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED, "Failed"),
    "canceled": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED, "Canceled"),
    "terminated": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED, "Terminated"),
    "continued": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, "ContinuedAsNew"),
    "timed_out": (WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT, "TimedOut"),
}
_NAMES = {number: name for name, (number, _) in _STATUSES.items()}
# What a workflow asked for, by the ends of the names of its events; all others happened to it.
_ASKED = ("Scheduled", "Started", "Initiated", "Recorded", "Upserted", "ContinuedAsNew", "CancelRequested", "Canceled")
_INCOMING = ("WorkflowExecution", "ActivityTaskStarted", "ActivityTaskCanceled", "ChildWorkflowExecution")
_TASKS = ("WorkflowTaskScheduled", "WorkflowTaskStarted", "WorkflowTaskCompleted")
_HIDDEN = ("event_id", "identity", "request_id", "header", "attempt", "task_queue", "retry_policy", "control", "run_id")


class TemporalInspector:
    """Looks at the workflows on the task queue of the worker `host`."""

    def __init__(
        self, connection: TemporalConnection, host: str, task_queue: str, release: Callable[[], object]
    ) -> None:
        self._connection = connection
        self._host = host
        self._queue = connection.queue(task_queue)
        self._release = release

    def runs(self, status: str = "", limit: int = 50) -> list[Summary]:
        """List runs, the latest first, as far as the server has listed them yet."""
        query = f"TaskQueue = '{self._queue}'"
        if status:
            query += f" AND ExecutionStatus = '{_STATUSES[status][1]}'"
        found: list[Summary] = []
        request = ListWorkflowExecutionsRequest(namespace=self._connection.namespace, query=query)
        while len(found) < limit:
            request.page_size = min(limit - len(found), _PAGE)
            answer = self._connection.ask(lambda service: service.list_workflow_executions(request))
            found += [self._summary(info) for info in answer.executions]
            request.next_page_token = answer.next_page_token
            if not request.next_page_token:
                break
        return found

    def describe(self, workflow_id: str, run_id: str = "") -> Summary:
        """Describe a run, by default the last one."""
        request = DescribeWorkflowExecutionRequest(namespace=self._connection.namespace)
        request.execution.workflow_id, request.execution.run_id = workflow_id, run_id
        answer = self._connection.ask(
            lambda service: service.describe_workflow_execution(request), f"there is no workflow '{workflow_id}'"
        )
        summary = self._summary(answer.workflow_execution_info)
        events = self._history(summary)
        return replace(summary, trouble=_trouble(events), result=_result(events[-1]))

    def _summary(self, info: WorkflowExecutionInfo) -> Summary:
        return Summary(
            info.execution.workflow_id,
            info.execution.run_id,
            info.type.name,
            _NAMES.get(info.status, "unknown"),
            self._host,
            _seconds(info.start_time),
            _seconds(info.close_time) if info.HasField("close_time") else None,
            memo=_plain(info.memo.fields),
            search=_plain(info.search_attributes.indexed_fields),
        )

    def _history(self, summary: Summary) -> list[HistoryEvent]:
        events: list[HistoryEvent] = []
        request = GetWorkflowExecutionHistoryRequest(namespace=self._connection.namespace)
        request.execution.workflow_id, request.execution.run_id = summary.workflow_id, summary.run_id
        while True:
            answer = self._connection.ask(lambda service: service.get_workflow_execution_history(request))
            events += answer.history.events
            request.next_page_token = answer.next_page_token
            if not request.next_page_token:
                return events

    def events(self, summary: Summary) -> list[Event]:
        """Read a history; the tasks themselves are told by numbers only, but for those that failed."""
        told, task = [], 1
        for event in self._history(summary):
            name = _name(event)
            if name in _TASKS:
                task += name == "WorkflowTaskCompleted"
                continue
            told.append(Event(task, _seconds(event.event_time), _is_incoming(name), name, dict(_details(event))))
        return told

    def export(self, summary: Summary) -> Any:
        """Give a history as Temporal's own tools write it, with what it takes to replay it here."""
        events = [MessageToDict(event) for event in self._history(summary)]
        return {"workflow_id": summary.workflow_id, "host": self._host, "events": events}

    def signal(self, workflow_id: str, name: str, values: Sequence[Any]) -> None:
        """Send a message."""
        self._connection.client.signal(workflow_id, Signaled(name, tuple(to_json(value) for value in values)))

    def cancel(self, workflow_id: str, reason: str) -> None:
        """Ask it to end."""
        self._connection.client.cancel(workflow_id, reason)

    def terminate(self, workflow_id: str, reason: str) -> None:
        """End it."""
        self._connection.client.terminate(workflow_id, reason)

    def close(self) -> None:
        """Let go of the connection."""
        self._release()


def _seconds(stamp: Timestamp) -> float:
    return stamp.seconds + stamp.nanos / 1e9


def _plain(fields: Mapping[str, Payload]) -> dict[str, Any]:
    return {name: from_json(value) for name, value in of_fields(fields).items()}


def _name(event: HistoryEvent) -> str:
    words = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").split("_")
    return "".join(word.capitalize() for word in words)


def _is_incoming(name: str) -> bool:
    if name == "WorkflowExecutionContinuedAsNew" or name.startswith(("Marker", "StartChild", "Upsert", "Timer")):
        return name == "TimerFired"
    return name.startswith(_INCOMING) or not name.endswith(_ASKED)


def _details(event: HistoryEvent) -> Iterator[tuple[str, Any]]:
    """Tell what people want to know of an event; values are told as they are, not as payloads."""
    attributes = getattr(event, event.WhichOneof("attributes") or "", None)
    for field, value in attributes.ListFields() if attributes is not None else ():
        if field.name.endswith(_HIDDEN) or field.name.startswith(("workflow_task", "first_", "original_")):
            continue
        told = _told(value)
        if told not in (None, "", [], {}):
            yield field.name, told


def _told(value: Any) -> Any:
    if isinstance(value, Payloads):
        return [from_json(item) for item in of_payloads(value.payloads)]
    if isinstance(value, FailureMessage):
        problem = of_failure(value)
        return f"{problem.kind}: {problem.message}" if problem.kind else problem.message
    if isinstance(value, Duration):
        return f"{value.seconds + value.nanos / 1e9:g} s"
    if hasattr(value, "DESCRIPTOR"):
        plain = MessageToDict(value)
        return plain["name"] if list(plain) == ["name"] else plain
    return value if isinstance(value, (str, bool)) else None


def _trouble(events: Sequence[HistoryEvent]) -> str:
    """Tell why a workflow stands still: its last task failed, and none has succeeded since."""
    for event in reversed(events):
        name = _name(event)
        if name == "WorkflowTaskFailed":
            return str(event.workflow_task_failed_event_attributes.failure.message)
        if name == "WorkflowTaskCompleted" or name.startswith("WorkflowExecution"):
            return ""
    return ""


def _result(event: HistoryEvent) -> Any:
    """Tell how a run ended, None while it has not."""
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        values = of_payloads(event.workflow_execution_completed_event_attributes.result.payloads)
        return from_json(values[0]) if values else None
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
        problem = of_failure(event.workflow_execution_failed_event_attributes.failure)
        return {"error": problem.message, "kind": problem.kind}
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
        return {"error": event.workflow_execution_terminated_event_attributes.reason}
    return None
