"""What the client asks the server for, as the messages of its API."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from temporalio.api.common.v1 import Header, Memo, SearchAttributes, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import HistoryEventFilterType, UpdateWorkflowExecutionLifecycleStage
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.update.v1 import Input, Meta, UpdateRef, WaitPolicy
from temporalio.api.update.v1 import Request as UpdateRequest
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    PollWorkflowExecutionUpdateRequest,
    QueryWorkflowRequest,
    RequestCancelWorkflowExecutionRequest,
    SignalWithStartWorkflowExecutionRequest,
    SignalWorkflowExecutionRequest,
    StartWorkflowExecutionRequest,
    TerminateWorkflowExecutionRequest,
    UpdateWorkflowExecutionRequest,
)

from runtime.temporal.payloads import chosen, duration, to_fields, to_payloads
from runtime.temporal.policies import CONFLICT, REUSE, retry_of
from runtime.workflows.data import from_json, to_json
from runtime.workflows.headers import CONTEXT, SENDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.workflows.activation import Data, Headers, Signaled, Start
    from runtime.workflows.commands import StartOptions

_COMPLETED = UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED
_CLOSE = HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT


class Requests:
    """Makes requests of one client; `prefix` stands before the names of task queues."""

    def __init__(self, namespace: str, identity: str, prefix: str) -> None:
        self._namespace = namespace
        self._identity = identity
        self._prefix = prefix

    def start(self, start: Start, options: StartOptions) -> StartWorkflowExecutionRequest:
        """Ask for a workflow; raise ValueError for an unknown policy."""
        return StartWorkflowExecutionRequest(
            namespace=options.namespace or self._namespace,
            workflow_id=start.workflow_id,
            workflow_type=WorkflowType(name=start.type),
            task_queue=TaskQueue(name=self._prefix + (options.task_queue or start.task_queue)),
            input=to_payloads(start.arguments),
            workflow_execution_timeout=duration(options.execution_timeout),
            workflow_run_timeout=duration(options.run_timeout),
            workflow_task_timeout=duration(options.task_timeout),
            identity=self._identity,
            request_id=str(uuid.uuid4()),
            workflow_id_reuse_policy=chosen(REUSE, options.id_reuse_policy, "id reuse policy"),
            workflow_id_conflict_policy=chosen(CONFLICT, options.id_conflict_policy, "id conflict policy"),
            retry_policy=retry_of(options.retry),
            cron_schedule=options.cron_schedule,
            memo=Memo(fields=to_fields(options.memo)) if options.memo else None,
            search_attributes=SearchAttributes(indexed_fields=to_fields(options.search)) if options.search else None,
            header=_header(start.headers),
            workflow_start_delay=duration(options.start_delay),
        )

    def signal_with_start(
        self, start: Start, options: StartOptions, signal: Signaled
    ) -> SignalWithStartWorkflowExecutionRequest:
        """Ask for a workflow that has a message before anybody else can send one."""
        # The server takes one header for both.
        headers = _with_sender(start.headers, signal.sender)
        plain = self.start(replace(start, headers=headers), options)
        return SignalWithStartWorkflowExecutionRequest(
            **{field.name: value for field, value in plain.ListFields()},
            signal_name=signal.name,
            signal_input=to_payloads(signal.arguments),
        )

    def signal(self, workflow_id: str, signal: Signaled) -> SignalWorkflowExecutionRequest:
        """Send a message; the request has an id, so that it arrives once however often it is tried."""
        return SignalWorkflowExecutionRequest(
            namespace=self._namespace,
            workflow_execution=_execution(workflow_id),
            signal_name=signal.name,
            input=to_payloads(signal.arguments),
            identity=self._identity,
            request_id=str(uuid.uuid4()),
            header=_header(_with_sender(signal.headers, signal.sender)),
        )

    def cancel(self, workflow_id: str, reason: str) -> RequestCancelWorkflowExecutionRequest:
        """Ask for the end."""
        return RequestCancelWorkflowExecutionRequest(
            namespace=self._namespace,
            workflow_execution=_execution(workflow_id),
            identity=self._identity,
            request_id=str(uuid.uuid4()),
            reason=reason,
        )

    def terminate(self, workflow_id: str, reason: str) -> TerminateWorkflowExecutionRequest:
        """End at once."""
        return TerminateWorkflowExecutionRequest(
            namespace=self._namespace,
            workflow_execution=_execution(workflow_id),
            identity=self._identity,
            reason=reason,
        )

    def describe(self, workflow_id: str) -> DescribeWorkflowExecutionRequest:
        """Ask what is known of the last run."""
        return DescribeWorkflowExecutionRequest(namespace=self._namespace, execution=_execution(workflow_id))

    def last_event(self, workflow_id: str, run_id: str, page: bytes) -> GetWorkflowExecutionHistoryRequest:
        """Wait for the event that closes a run, for as long as the server lets wait."""
        return GetWorkflowExecutionHistoryRequest(
            namespace=self._namespace,
            execution=_execution(workflow_id, run_id),
            next_page_token=page,
            wait_new_event=True,
            history_event_filter_type=_CLOSE,
            skip_archival=True,
        )

    def query(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> QueryWorkflowRequest:
        """Ask a question."""
        return QueryWorkflowRequest(
            namespace=self._namespace,
            execution=_execution(workflow_id),
            query=WorkflowQuery(query_type=name, query_args=to_payloads(arguments)),
        )

    def update(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> UpdateWorkflowExecutionRequest:
        """Make a request, and wait for its answer for as long as the server lets wait."""
        return UpdateWorkflowExecutionRequest(
            namespace=self._namespace,
            workflow_execution=_execution(workflow_id),
            wait_policy=WaitPolicy(lifecycle_stage=_COMPLETED),
            request=UpdateRequest(
                meta=Meta(update_id=str(uuid.uuid4()), identity=self._identity),
                input=Input(name=name, args=to_payloads(arguments)),
            ),
        )

    def answer(self, update: UpdateRef) -> PollWorkflowExecutionUpdateRequest:
        """Wait for the answer once more."""
        return PollWorkflowExecutionUpdateRequest(
            namespace=self._namespace,
            update_ref=update,
            identity=self._identity,
            wait_policy=WaitPolicy(lifecycle_stage=_COMPLETED),
        )


def _execution(workflow_id: str, run_id: str = "") -> WorkflowExecution:
    return WorkflowExecution(workflow_id=workflow_id, run_id=run_id)


def _header(headers: Headers) -> Header:
    return Header(fields=to_fields(headers))


def _with_sender(headers: Headers, sender: str) -> Headers:
    """Put the sender among the context values, where the receiver looks for it."""
    if not sender:
        return headers
    values = from_json(headers[CONTEXT]) if CONTEXT in headers else {}
    return {**headers, CONTEXT: to_json({**values, SENDER: sender})}
