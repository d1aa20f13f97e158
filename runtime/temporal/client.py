"""What processes ask of workflows, over Temporal's service: the protocol `runtime.workflows.engine.Client`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.api.enums.v1 import EventType
from temporalio.api.errordetails.v1 import QueryFailedFailure
from temporalio.service import RPCError, RPCStatusCode

from runtime.binding import Failure, Kind
from runtime.lua.errors import LuaError
from runtime.process.completion import Completion, Outcome
from runtime.temporal.failures import of_failure
from runtime.temporal.payloads import of_payload
from runtime.workflows import data
from runtime.workflows.activation import Problem
from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from temporalio.api.history.v1 import HistoryEvent
    from temporalio.client import Client as Connection
    from temporalio.service import WorkflowService

    from runtime.temporal.bridge import Bridge
    from runtime.temporal.requests import Requests
    from runtime.workflows.activation import Data, Signaled, Start
    from runtime.workflows.commands import StartOptions

log = logging.getLogger("wippy.temporal")
T = TypeVar("T")
_PAUSE = 1.0  # seconds before a server that did not answer is asked again how a workflow ended
_KINDS = {
    RPCStatusCode.NOT_FOUND: Kind.NOT_FOUND,
    RPCStatusCode.ALREADY_EXISTS: Kind.ALREADY_EXISTS,
    RPCStatusCode.INVALID_ARGUMENT: Kind.INVALID,
    RPCStatusCode.FAILED_PRECONDITION: Kind.CONFLICT,
    RPCStatusCode.PERMISSION_DENIED: Kind.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED: Kind.PERMISSION_DENIED,
    RPCStatusCode.RESOURCE_EXHAUSTED: Kind.RATE_LIMITED,
    RPCStatusCode.UNAVAILABLE: Kind.UNAVAILABLE,
    RPCStatusCode.CANCELLED: Kind.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED: Kind.TIMEOUT,
}
_RETRYABLE = (Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.RATE_LIMITED)


class Client:
    """A client of one server; `name` says in errors which one."""

    def __init__(self, bridge: Bridge, connection: Connection, requests: Requests, name: str) -> None:
        self._bridge = bridge
        self._service: WorkflowService = connection.workflow_service
        self._requests = requests
        self._name = name

    def start(self, start: Start, options: StartOptions, signals: Sequence[Signaled]) -> str:
        """Start a workflow, or find the one that has the id and runs."""
        return self._ask(start.workflow_id, lambda: self._start(start, options, signals))

    async def _start(self, start: Start, options: StartOptions, signals: Sequence[Signaled]) -> str:
        # The server takes a first signal along only where one that runs already is taken for the wanted one.
        if signals and options.id_conflict_policy != "fail":
            first = self._requests.signal_with_start(start, options, signals[0])
            run_id = (await self._service.signal_with_start_workflow_execution(first, retry=True)).run_id
            signals = signals[1:]
        else:
            plain = self._requests.start(start, options)
            run_id = (await self._service.start_workflow_execution(plain, retry=True)).run_id
        for signal in signals:
            await self._service.signal_workflow_execution(self._requests.signal(start.workflow_id, signal), retry=True)
        return run_id

    def signal(self, workflow_id: str, signal: Signaled) -> None:
        """Send a message."""
        make = self._requests.signal
        self._ask(workflow_id, lambda: self._service.signal_workflow_execution(make(workflow_id, signal), retry=True))

    def cancel(self, workflow_id: str, reason: str) -> None:
        """Ask it to end."""
        make = self._requests.cancel
        self._ask(
            workflow_id, lambda: self._service.request_cancel_workflow_execution(make(workflow_id, reason), retry=True)
        )

    def terminate(self, workflow_id: str, reason: str) -> None:
        """End it at once."""
        make = self._requests.terminate
        self._ask(
            workflow_id, lambda: self._service.terminate_workflow_execution(make(workflow_id, reason), retry=True)
        )

    def query(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Data | None:
        """Ask a question; a worker must be there to answer it."""
        make = self._requests.query
        answer = self._ask(
            workflow_id, lambda: self._service.query_workflow(make(workflow_id, name, arguments), retry=True)
        )
        return _first(answer.query_result.payloads)

    def update(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Data | None:
        """Make a request and wait for the answer."""
        answer = self._ask(workflow_id, lambda: self._update(workflow_id, name, arguments))
        if answer.HasField("failure"):
            raise Failure.from_error(data.error_of(of_failure(answer.failure)))
        return _first(answer.success.payloads)

    async def _update(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Any:
        request = self._requests.update(workflow_id, name, arguments)
        given: Any = await self._service.update_workflow_execution(request, retry=True)
        update = given.update_ref
        while not given.HasField("outcome"):
            given = await self._service.poll_workflow_execution_update(self._requests.answer(update), retry=True)
        return given.outcome

    # --- the end ------------------------------------------------------------------------------------------------------

    def outcome(self, workflow_id: str) -> Completion:
        """Give what completes when the workflow does, over all its runs; NOT_FOUND for an unknown one."""
        make = self._requests.describe
        known = self._ask(workflow_id, lambda: self._service.describe_workflow_execution(make(workflow_id), retry=True))
        completion = Completion()
        run_id = known.workflow_execution_info.execution.run_id

        def done() -> None:
            if not task.cancelled():  # the client has stopped: the workflow goes on, and nobody watches it any more
                completion.set(task.result())

        task = self._bridge.begin(self._end(workflow_id, run_id), done)
        return completion

    async def _end(self, workflow_id: str, run_id: str) -> Outcome:
        while True:
            event = await self._last_event(workflow_id, run_id)
            if isinstance(event, Outcome):
                return event
            name = event.WhichOneof("attributes") or ""
            attributes = getattr(event, name, None)
            run_id = getattr(attributes, "new_execution_run_id", "")
            if not run_id:
                return _outcome(event)

    async def _last_event(self, workflow_id: str, run_id: str) -> HistoryEvent | Outcome:
        page = b""
        while True:
            request = self._requests.last_event(workflow_id, run_id, page)
            try:
                got = await self._service.get_workflow_execution_history(request, retry=True)
            except RPCError as error:
                failure = self._failure(workflow_id, error)
                if failure.kind not in _RETRYABLE:
                    return Outcome(error=LuaError(failure.to_error()))
                log.warning("%s; it is asked again how the workflow ends", failure.message)
                await self._bridge.pause(_PAUSE)
                continue
            if got.history.events:
                return got.history.events[-1]
            page = got.next_page_token

    # --- errors -------------------------------------------------------------------------------------------------------

    def _ask(self, workflow_id: str, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return self._bridge.run(make())
        except RPCError as error:
            raise self._failure(workflow_id, error) from None
        except ValueError as error:  # an unknown policy
            raise Failure(Kind.INVALID, f"workflow '{workflow_id}': {error}") from None
        except RuntimeError as error:
            if self._bridge.running:
                raise
            raise Failure(Kind.UNAVAILABLE, f"{self._name} has stopped", retryable=True) from error

    def _failure(self, workflow_id: str, error: RPCError) -> Failure:
        for detail in error.grpc_status.details:
            answer = QueryFailedFailure()
            if detail.Unpack(answer) and answer.HasField("failure"):
                return Failure.from_error(data.error_of(of_failure(answer.failure)))
        kind = _KINDS.get(error.status, Kind.INTERNAL)
        if kind == Kind.NOT_FOUND and "amespace" not in error.message:
            return Failure(kind, f"no workflow '{workflow_id}' is running")
        text = f"workflow '{workflow_id}': {error.message or error.status.name} ({self._name})"
        return Failure(kind, text, retryable=kind in _RETRYABLE)


def _first(payloads: Sequence[Any]) -> Data | None:
    """Give the first of several payloads."""
    try:
        return of_payload(payloads[0]) if payloads else None
    except WorkflowError as error:
        raise Failure(Kind.INVALID, str(error)) from None


def _outcome(event: HistoryEvent) -> Outcome:
    """Read the event that closed a workflow."""
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        try:
            return Outcome(data.decode(_first(event.workflow_execution_completed_event_attributes.result.payloads)))
        except Failure as failure:
            return Outcome(error=LuaError(failure.to_error()))
    return Outcome(error=LuaError(data.error_of(_ENDS.get(event.event_type, _unknown)(event))))


def _terminated(event: HistoryEvent) -> Problem:
    reason = event.workflow_execution_terminated_event_attributes.reason
    return Problem("workflow terminated" + (f": {reason}" if reason else ""), Kind.CANCELED, retryable=False)


def _unknown(event: HistoryEvent) -> Problem:
    return Problem(f"the workflow ended in an unknown way ({event.event_type})", Kind.INTERNAL)


_ENDS: dict[Any, Callable[[HistoryEvent], Problem]] = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: lambda event: of_failure(
        event.workflow_execution_failed_event_attributes.failure
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: lambda _: Problem(
        "workflow canceled", Kind.CANCELED, retryable=False
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: lambda _: Problem(
        "workflow timed out", Kind.TIMEOUT, retryable=False
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: _terminated,
}
