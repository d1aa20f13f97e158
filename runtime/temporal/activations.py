"""Jobs of Temporal's core as our own: what an activation says has happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause as ChildCause

from runtime.lua.errors import Kind
from runtime.temporal.failures import of_failure
from runtime.temporal.payloads import nanoseconds, of_fields, of_payload, of_payloads
from runtime.workflows.activation import (
    Activation,
    ActivityResolved,
    CancelRequested,
    CancelSent,
    ChildResolved,
    ChildStarted,
    Completed,
    Failed,
    Job,
    MarkKnown,
    Problem,
    Queried,
    Result,
    Signaled,
    SignalSent,
    Start,
    TimerFired,
    UpdateRequested,
)
from runtime.workflows.headers import sender_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio.bridge.proto.activity_result import ActivityResolution
    from temporalio.bridge.proto.child_workflow import ChildWorkflowResult
    from temporalio.bridge.proto.workflow_activation import (
        DoUpdate,
        InitializeWorkflow,
        QueryWorkflow,
        ResolveChildWorkflowExecutionStart,
        SignalWorkflow,
        WorkflowActivation,
    )


@dataclass(frozen=True)
class Place:
    """Where a run is: what core knows and its jobs do not repeat."""

    run_id: str
    namespace: str
    task_queue: str


def of_activation(given: WorkflowActivation, place: Place) -> Activation:
    """Read an activation; a change of the random seed, after a reset, is left to the run's old seed."""
    jobs: list[Job] = []
    for job in given.jobs:
        name = job.WhichOneof("variant")
        if name == "initialize_workflow":
            jobs.append(_start(job.initialize_workflow, place))
        elif name in _JOBS:
            jobs.append(_JOBS[name](getattr(job, name)))
    return Activation(
        nanoseconds(given.timestamp),
        tuple(jobs),
        given.is_replaying,
        given.history_length,
        given.history_size_bytes,
    )


def _start(job: InitializeWorkflow, place: Place) -> Start:
    return Start(
        job.workflow_id,
        place.run_id,
        job.workflow_type,
        of_payloads(job.arguments),
        of_fields(job.headers),
        job.randomness_seed,
        job.attempt,
        place.task_queue,
        place.namespace,
        job.parent_workflow_info.workflow_id,
    )


def _activity(resolution: ActivityResolution) -> Result:
    return _outcome(resolution)


def _child(result: ChildWorkflowResult) -> Result:
    return _outcome(result)


def _outcome(given: Any) -> Result:
    if given.HasField("completed"):
        has_value = given.completed.HasField("result")
        return Completed(of_payload(given.completed.result) if has_value else None)
    if given.HasField("cancelled"):
        return Failed(of_failure(given.cancelled.failure), canceled=True)
    return Failed(of_failure(given.failed.failure))


def _child_started(job: ResolveChildWorkflowExecutionStart) -> ChildStarted:
    if job.HasField("succeeded"):
        return ChildStarted(job.seq, job.succeeded.run_id)
    if job.HasField("cancelled"):
        return ChildStarted(job.seq, problem=of_failure(job.cancelled.failure))
    failed = job.failed
    if failed.cause == ChildCause.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND:
        problem = Problem(
            f"the workflow '{failed.workflow_id}' cannot start: its namespace is not there",
            Kind.NOT_FOUND,
            retryable=False,
        )
    else:
        problem = Problem(
            f"a workflow with the id '{failed.workflow_id}' runs already", Kind.ALREADY_EXISTS, retryable=False
        )
    return ChildStarted(job.seq, problem=problem)


def _signaled(job: SignalWorkflow) -> Signaled:
    headers = of_fields(job.headers)
    return Signaled(job.signal_name, of_payloads(job.input), headers, sender_of(headers))


def _queried(job: QueryWorkflow) -> Queried:
    return Queried(job.query_id, job.query_type, of_payloads(job.arguments))


def _update(job: DoUpdate) -> UpdateRequested:
    return UpdateRequested(job.protocol_instance_id, job.name, of_payloads(job.input), of_fields(job.headers))


def _problem(job: Any) -> Problem | None:
    return of_failure(job.failure) if job.HasField("failure") else None


_JOBS: dict[str, Callable[[Any], Job]] = {
    "fire_timer": lambda job: TimerFired(job.seq),
    "resolve_activity": lambda job: ActivityResolved(job.seq, _activity(job.result)),
    "resolve_child_workflow_execution_start": _child_started,
    "resolve_child_workflow_execution": lambda job: ChildResolved(job.seq, _child(job.result)),
    "resolve_signal_external_workflow": lambda job: SignalSent(job.seq, _problem(job)),
    "resolve_request_cancel_external_workflow": lambda job: CancelSent(job.seq, _problem(job)),
    "signal_workflow": _signaled,
    "cancel_workflow": lambda job: CancelRequested(job.reason),
    "notify_has_patch": lambda job: MarkKnown(job.patch_id),
    "query_workflow": _queried,
    "do_update": _update,
}
