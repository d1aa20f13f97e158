"""The workflow runner that Temporal's worker asks for: each run of a workflow is an instance on the thread of the hub.

`WorkflowRunner` and `WorkflowInstance` are the SDK's own seam for sandboxes: the worker hands an instance core's
activations and sends back its completions. So nothing of the SDK's way to write workflows, which runs coroutines of
Python, takes part. The worker's executor (`Bridge.executor`) sees to it that instances are used on the hub's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence  # noqa: TC003  (the SDK evaluates the annotations of what it registers)
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from temporalio import workflow
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.bridge.proto.workflow_activation import RemoveFromCache
from temporalio.bridge.proto.workflow_commands import CancelWorkflowExecution, WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.common import RawValue  # noqa: TC002  (as above)
from temporalio.converter import StorageDriverStoreContext, StorageDriverWorkflowInfo
from temporalio.worker import WorkflowInstance, WorkflowRunner

from runtime.binding import Failure
from runtime.lua.errors import Kind
from runtime.temporal.activations import Place, of_activation
from runtime.temporal.completions import Writer
from runtime.temporal.failures import SOURCE
from runtime.workflows import commands as ours
from runtime.workflows.activation import Activation, CancelRequested, Start, UpdateRequested
from runtime.workflows.errors import DivergenceError, WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from temporalio.bridge.proto.workflow_activation import WorkflowActivation
    from temporalio.worker import WorkflowInstanceDetails

    from runtime.temporal.work import Deployment
    from runtime.workflows.engine import Workflow

log = logging.getLogger("wippy.temporal")
_TOLD = 3  # commands that a message about a divergence lists
_DIVERGED = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR


# Told the name of a workflow that cannot go on, why, and what to do.
Complain: TypeAlias = "Callable[[str, str, str], object]"


def _log(name: str, reason: str, remedy: str) -> None:
    log.error("the workflow %s %s; %s", name, reason, remedy)


@workflow.defn(dynamic=True, sandboxed=False)
class AnyWorkflow:
    """What is registered at the worker: a workflow of any type, so that types may come while it runs."""

    @workflow.run
    async def run(self, _arguments: Sequence[RawValue]) -> None:
        """Be declared only: the runner makes instances without it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Runner(WorkflowRunner):
    """Makes instances; `prefix` stands before the names of task queues."""

    deployment: Deployment
    prefix: str
    complain: Complain = _log
    _instances: set[Instance] = field(default_factory=set)

    def prepare_workflow(self, defn: Any) -> None:
        """Have nothing to prepare: whether a type is known is seen when a workflow of it starts."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Make the instance of a run."""
        made = Instance(self, det.info, self._instances.discard)
        self._instances.add(made)
        return made

    def close(self) -> None:
        """Let go of the runs that are left when a worker has ended; on the thread of the hub."""
        for instance in list(self._instances):
            instance.close()


class Instance(WorkflowInstance):
    """A run of a workflow in the cache of a worker."""

    def __init__(self, runner: Runner, info: workflow.Info, closed: Callable[[Instance], object]) -> None:
        self._deployment = runner.deployment
        self._complain = runner.complain
        self._closed = closed
        self._info = info
        self._place = Place(info.run_id, info.namespace, info.task_queue)
        self._writer = Writer(self._place, runner.prefix)
        self._workflow: Workflow | None = None
        self._cancel_requested = False
        self._asked: Sequence[ours.Command] = ()
        # Updates that wait for their acceptance, and those that have it.
        self._proposed: set[str] = set()
        self._accepted: set[str] = set()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Carry out an activation; what goes wrong fails the workflow task, never the workflow."""
        completion = WorkflowActivationCompletion(run_id=act.run_id)
        completion.successful.SetInParent()
        if act.jobs and act.jobs[0].HasField("remove_from_cache"):
            self._evict(act.jobs[0].remove_from_cache)
            return completion
        try:
            activation = of_activation(act, self._place)
            commands = self._commands(activation)
        except WorkflowError as error:
            return self._failed(completion, str(error), diverged=isinstance(error, DivergenceError))
        except Exception:
            log.exception("internal error: the workflow %s cannot go on", self._name())
            return self._failed(completion, "internal error; the worker's log has the details", diverged=False)
        completion.successful.commands.extend(commands)
        return completion

    def _commands(self, activation: Activation) -> list[WorkflowCommand]:
        for job in activation.jobs:
            if isinstance(job, Start):
                self._workflow = self._deployment.make(job)
            elif isinstance(job, CancelRequested):
                self._cancel_requested = True
            elif isinstance(job, UpdateRequested):
                self._proposed.add(job.id)
        if self._workflow is None:
            raise WorkflowError("the workflow was asked to go on before it had started")
        self._asked = asked = self._workflow.activate(activation)
        if not activation.replaying:
            self._deliver(asked)
        return list(self._written(asked))

    def _deliver(self, asked: Sequence[ours.Command]) -> None:
        for command in asked:
            if isinstance(command, ours.Deliver):
                try:
                    self._deployment.deliver(self._info.workflow_id, command)
                except Failure as failure:
                    log.debug("a message of the workflow %s was lost: %s", self._name(), failure.message)

    def _written(self, asked: Sequence[ours.Command]) -> Iterator[WorkflowCommand]:
        asked = [*self._acceptances(asked), *asked]
        for command in asked:
            if isinstance(command, ours.AcceptUpdate) and not self._accept(command.id):
                continue
            if isinstance(command, (ours.RejectUpdate, ours.CompleteUpdate)):
                self._proposed.discard(command.id)
                self._accepted.discard(command.id)
            made = self._canceled(command) or self._writer.write(command)
            if made is not None:
                yield made

    def _acceptances(self, asked: Sequence[ours.Command]) -> list[ours.Command]:
        """Accept what the workflow has not looked at yet: the server takes an update without an answer for refused."""
        answered = {command.id for command in asked if isinstance(command, (ours.AcceptUpdate, ours.RejectUpdate))}
        return [ours.AcceptUpdate(update) for update in sorted(self._proposed - answered)]

    def _accept(self, update: str) -> bool:
        """Note that an update is accepted; tell whether this is news."""
        self._proposed.discard(update)
        if update in self._accepted:
            return False
        self._accepted.add(update)
        return True

    def _canceled(self, command: ours.Command) -> WorkflowCommand | None:
        """Give the end of a workflow that does as it was asked; the server shows it as canceled, not as failed."""
        if self._cancel_requested and isinstance(command, ours.Fail) and command.problem.kind == Kind.CANCELED:
            return WorkflowCommand(cancel_workflow_execution=CancelWorkflowExecution())
        return None

    def _failed(
        self, completion: WorkflowActivationCompletion, reason: str, *, diverged: bool
    ) -> WorkflowActivationCompletion:
        self._complain(self._name(), f"stands still: {reason}", "it goes on when its code is right")
        completion.failed.failure.message = reason
        completion.failed.failure.source = SOURCE
        completion.failed.failure.application_failure_info.type = "Divergence" if diverged else "WorkflowError"
        if diverged:
            completion.failed.force_cause = _DIVERGED
        return completion

    def _evict(self, job: RemoveFromCache) -> None:
        if job.reason == RemoveFromCache.EvictionReason.NONDETERMINISM:
            self._complain(
                self._name(),
                f"does not do what its history says: {job.message}{self._last_asked()}",
                "it goes on when its code does the same again, or tells old from new runs by workflow.version",
            )
        self.close()

    def close(self) -> None:
        """Let go of the run; whatever that brings up must not keep it, for core would ask again without end."""
        running, self._workflow = self._workflow, None
        self._closed(self)
        if running is not None:
            try:
                running.close()
            except Exception:
                log.exception("internal error: the workflow %s cannot be let go of", self._name())

    def _last_asked(self) -> str:
        """Tell what the code asked for last, and where: core says what the history has, but knows no code."""
        running = self._workflow
        told = []
        for command in self._asked[:_TOLD] if running is not None else ():
            subject = getattr(command, "name", "") or getattr(command, "type", "") or getattr(command, "id", "")
            place = running.place_of(command) if running is not None else ""
            words = (type(command).__name__, subject, f"at {place}" if place else "")
            told.append(" ".join(filter(None, words)))
        return f"; the code asked for {', '.join(told)}" if told else ""

    def _name(self) -> str:
        return f"{self._info.workflow_id} ({self._info.workflow_type}, run {self._info.run_id})"

    def get_serialization_context(self, command_info: Any) -> None:
        """Have none: payloads are written and read here."""

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:  # noqa: ARG002
        """Say whose payloads these are; we store none elsewhere."""
        info = self._info
        return StorageDriverStoreContext(
            target=StorageDriverWorkflowInfo(
                id=info.workflow_id, run_id=info.run_id, type=info.workflow_type, namespace=info.namespace
            )
        )

    def get_info(self) -> workflow.Info:
        """Give what the worker knows of the run."""
        return self._info
