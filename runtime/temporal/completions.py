"""Our commands as those of Temporal's core: what a workflow asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from google.protobuf.empty_pb2 import Empty
from temporalio.api.common.v1 import Memo, SearchAttributes
from temporalio.bridge.proto import workflow_commands as core
from temporalio.bridge.proto.child_workflow import ChildWorkflowCancellationType as ChildCancellation
from temporalio.bridge.proto.child_workflow import ParentClosePolicy
from temporalio.bridge.proto.common import NamespacedWorkflowExecution

from runtime.temporal.failures import to_failure
from runtime.temporal.payloads import chosen, duration, precise_duration, to_fields, to_payload
from runtime.temporal.policies import PARENT_CLOSE, REUSE, retry_of
from runtime.workflows import commands as ours
from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio.bridge.proto.workflow_commands import WorkflowCommand

    from runtime.temporal.activations import Place

_ANY_QUEUE = ""


class Writer:
    """Writes the commands of a run; `prefix` stands before the names of task queues that a workflow gives."""

    def __init__(self, place: Place, prefix: str) -> None:
        self._place = place
        self._prefix = prefix

    def write(self, command: ours.Command) -> WorkflowCommand | None:
        """Write a command; None for one that core has no part in. Raise WorkflowError for one that cannot be meant."""
        try:
            return _WRITERS[type(command)](command, self)
        except ValueError as error:  # an unknown policy; a number that no duration can hold
            raise WorkflowError(f"{type(command).__name__}: {error}") from None

    def queue(self, name: str) -> str:
        """Give the name of a task queue at the server."""
        return self._prefix + name if name else self._place.task_queue

    def execution(self, workflow_id: str) -> NamespacedWorkflowExecution:
        """Name another workflow."""
        return NamespacedWorkflowExecution(namespace=self._place.namespace, workflow_id=workflow_id)

    def namespace(self, name: str) -> str:
        """Give the namespace of a child."""
        return name or self._place.namespace


_Write: TypeAlias = "Callable[[Any, Writer], WorkflowCommand | None]"
_WRITERS: dict[type, _Write] = {}
C = TypeVar("C", bound="Callable[..., WorkflowCommand | None]")


def _writes(kind: type) -> Callable[[C], C]:
    def note(write: C) -> C:
        _WRITERS[kind] = write
        return write

    return note


@_writes(ours.StartTimer)
def _start_timer(command: ours.StartTimer, _: Writer) -> WorkflowCommand:
    # Core takes no timer of nothing: the server refuses it, and a millisecond is the shortest it knows.
    wait = precise_duration(max(command.nanoseconds, 1_000_000))
    return core.WorkflowCommand(start_timer=core.StartTimer(seq=command.seq, start_to_fire_timeout=wait))


@_writes(ours.CancelTimer)
def _cancel_timer(command: ours.CancelTimer, _: Writer) -> WorkflowCommand:
    return core.WorkflowCommand(cancel_timer=core.CancelTimer(seq=command.seq))


@_writes(ours.ScheduleActivity)
def _schedule_activity(command: ours.ScheduleActivity, writer: Writer) -> WorkflowCommand:
    options = command.options
    waits = options.wait_for_cancellation
    made = core.ScheduleActivity(
        seq=command.seq,
        activity_id=options.id or str(command.seq),
        activity_type=command.name,
        task_queue=writer.queue(options.task_queue),
        headers=to_fields(command.headers),
        arguments=[to_payload(value) for value in command.arguments],
        schedule_to_close_timeout=duration(options.schedule_to_close),
        schedule_to_start_timeout=duration(options.schedule_to_start),
        start_to_close_timeout=duration(options.start_to_close),
        heartbeat_timeout=duration(options.heartbeat),
        retry_policy=retry_of(options.retry),
        cancellation_type=core.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
        if waits
        else core.ActivityCancellationType.TRY_CANCEL,
        do_not_eagerly_execute=options.disable_eager_execution or options.task_queue != _ANY_QUEUE,
    )
    return core.WorkflowCommand(schedule_activity=made)


@_writes(ours.CancelActivity)
def _cancel_activity(command: ours.CancelActivity, _: Writer) -> WorkflowCommand:
    return core.WorkflowCommand(request_cancel_activity=core.RequestCancelActivity(seq=command.seq))


@_writes(ours.StartChild)
def _start_child(command: ours.StartChild, writer: Writer) -> WorkflowCommand:
    options = command.options
    waits = options.wait_for_cancellation
    made = core.StartChildWorkflowExecution(
        seq=command.seq,
        namespace=writer.namespace(options.namespace),
        workflow_id=command.workflow_id,
        workflow_type=command.type,
        task_queue=writer.queue(options.task_queue),
        input=[to_payload(value) for value in command.arguments],
        workflow_execution_timeout=duration(options.execution_timeout),
        workflow_run_timeout=duration(options.run_timeout),
        workflow_task_timeout=duration(options.task_timeout),
        parent_close_policy=_parent_close(options.parent_close_policy),
        workflow_id_reuse_policy=chosen(REUSE, options.id_reuse_policy, "id reuse policy"),
        retry_policy=retry_of(options.retry),
        cron_schedule=options.cron_schedule,
        headers=to_fields(command.headers),
        memo=to_fields(options.memo),
        search_attributes=SearchAttributes(indexed_fields=to_fields(options.search)) if options.search else None,
        cancellation_type=ChildCancellation.WAIT_CANCELLATION_COMPLETED if waits else ChildCancellation.TRY_CANCEL,
    )
    return core.WorkflowCommand(start_child_workflow_execution=made)


def _parent_close(name: str) -> ParentClosePolicy.ValueType:
    return ParentClosePolicy.ValueType(chosen(PARENT_CLOSE, name, "parent close policy"))


@_writes(ours.CancelChild)
def _cancel_child(command: ours.CancelChild, _: Writer) -> WorkflowCommand:
    made = core.CancelChildWorkflowExecution(child_workflow_seq=command.seq, reason=command.reason)
    return core.WorkflowCommand(cancel_child_workflow_execution=made)


@_writes(ours.SignalWorkflow)
def _signal_workflow(command: ours.SignalWorkflow, writer: Writer) -> WorkflowCommand:
    made = core.SignalExternalWorkflowExecution(
        seq=command.seq,
        workflow_execution=writer.execution(command.workflow_id),
        signal_name=command.name,
        args=[to_payload(value) for value in command.arguments],
        headers=to_fields(command.headers),
    )
    return core.WorkflowCommand(signal_external_workflow_execution=made)


@_writes(ours.CancelWorkflow)
def _cancel_workflow(command: ours.CancelWorkflow, writer: Writer) -> WorkflowCommand:
    made = core.RequestCancelExternalWorkflowExecution(
        seq=command.seq, workflow_execution=writer.execution(command.workflow_id), reason=command.reason
    )
    return core.WorkflowCommand(request_cancel_external_workflow_execution=made)


@_writes(ours.Deliver)
def _deliver(_command: ours.Deliver, _: Writer) -> WorkflowCommand | None:
    """Leave it: a message to a process is no part of the history."""
    return None


@_writes(ours.Mark)
def _mark(command: ours.Mark, _: Writer) -> WorkflowCommand:
    return core.WorkflowCommand(set_patch_marker=core.SetPatchMarker(patch_id=command.id))


@_writes(ours.SetSearchAttributes)
def _set_search(command: ours.SetSearchAttributes, _: Writer) -> WorkflowCommand:
    attributes = SearchAttributes(indexed_fields=to_fields(command.values))
    made = core.UpsertWorkflowSearchAttributes(search_attributes=attributes)
    return core.WorkflowCommand(upsert_workflow_search_attributes=made)


@_writes(ours.SetMemo)
def _set_memo(command: ours.SetMemo, _: Writer) -> WorkflowCommand:
    made = core.ModifyWorkflowProperties(upserted_memo=Memo(fields=to_fields(command.values)))
    return core.WorkflowCommand(modify_workflow_properties=made)


@_writes(ours.AnswerQuery)
def _answer_query(command: ours.AnswerQuery, _: Writer) -> WorkflowCommand:
    if command.problem is not None:
        made = core.QueryResult(query_id=command.id, failed=to_failure(command.problem))
    else:
        made = core.QueryResult(query_id=command.id, succeeded=core.QuerySuccess(response=to_payload(command.value)))
    return core.WorkflowCommand(respond_to_query=made)


@_writes(ours.AcceptUpdate)
def _accept_update(command: ours.AcceptUpdate, _: Writer) -> WorkflowCommand:
    made = core.UpdateResponse(protocol_instance_id=command.id, accepted=Empty())
    return core.WorkflowCommand(update_response=made)


@_writes(ours.RejectUpdate)
def _reject_update(command: ours.RejectUpdate, _: Writer) -> WorkflowCommand:
    made = core.UpdateResponse(protocol_instance_id=command.id, rejected=to_failure(command.problem))
    return core.WorkflowCommand(update_response=made)


@_writes(ours.CompleteUpdate)
def _complete_update(command: ours.CompleteUpdate, writer: Writer) -> WorkflowCommand:
    if command.problem is not None:  # core has one answer for both kinds of refusal; before or after it was accepted
        return _reject_update(ours.RejectUpdate(command.id, command.problem), writer)
    made = core.UpdateResponse(protocol_instance_id=command.id, completed=to_payload(command.value))
    return core.WorkflowCommand(update_response=made)


@_writes(ours.Complete)
def _complete(command: ours.Complete, _: Writer) -> WorkflowCommand:
    made = core.CompleteWorkflowExecution(result=to_payload(command.value))
    return core.WorkflowCommand(complete_workflow_execution=made)


@_writes(ours.Fail)
def _fail(command: ours.Fail, _: Writer) -> WorkflowCommand:
    made = core.FailWorkflowExecution(failure=to_failure(command.problem))
    return core.WorkflowCommand(fail_workflow_execution=made)


@_writes(ours.ContinueAsNew)
def _continue_as_new(command: ours.ContinueAsNew, writer: Writer) -> WorkflowCommand:
    made = core.ContinueAsNewWorkflowExecution(
        workflow_type=command.type,
        task_queue=writer.queue(_ANY_QUEUE),
        arguments=[to_payload(value) for value in command.arguments],
        headers=to_fields(command.headers),
    )
    return core.WorkflowCommand(continue_as_new_workflow_execution=made)
