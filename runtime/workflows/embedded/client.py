"""What the node's processes ask the embedded engine for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from runtime.binding import Failure, Kind
from runtime.functions.service import result_of
from runtime.process.completion import Completion
from runtime.workflows import data, wire
from runtime.workflows.activation import CancelRequested, Failed, Problem, Queried, UpdateRequested
from runtime.workflows.embedded.effects import TERMINATED
from runtime.workflows.embedded.status import Status
from runtime.workflows.surroundings import outcome_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.registry.entry import EntryId
    from runtime.workflows.activation import Data, Signaled, Start
    from runtime.workflows.commands import StartOptions
    from runtime.workflows.embedded.engine import Engine
    from runtime.workflows.embedded.live import Live

_UNSUCCESSFUL = (Status.FAILED, Status.TERMINATED, Status.TIMED_OUT)


class EmbeddedClient:
    """As `runtime.workflows.engine.Client` has it, for one host."""

    def __init__(self, engine: Engine, host: EntryId) -> None:
        self._engine = engine
        self._host = host

    def start(self, start: Start, options: StartOptions, signals: Sequence[Signaled]) -> str:
        """Start a workflow, or find the one that runs."""
        if options.cron_schedule:
            raise Failure(Kind.INVALID, "option 'workflow.cron_schedule' needs a Temporal server; start it by a timer")
        while True:
            found = self._engine.current.get(start.workflow_id)
            if found is None:
                self._check_reuse(start.workflow_id, options.id_reuse_policy)
            elif options.id_conflict_policy == "fail":
                raise _taken(start.workflow_id)
            elif options.id_conflict_policy == "terminate_existing":
                self._engine.close_run(found, Status.TERMINATED, Failed(TERMINATED))
            else:
                if signals:
                    self._engine.tell(found, *signals)
                return found.id
            started = self._begin(start, options, signals)
            if started is not None:
                return started.id

    def _begin(self, start: Start, options: StartOptions, signals: Sequence[Signaled]) -> Live | None:
        """Start a run; None when somebody else has started one with the same id meanwhile."""
        engine = self._engine
        live, statements = engine.new_run(self._host, start, options)
        rows = [engine.job_row(live.id, signal) for signal in signals]
        try:
            engine.journal.commit([*statements, *(statement for _, statement in rows)])
        except Failure as failure:
            if failure.kind == Kind.ALREADY_EXISTS and start.workflow_id in engine.current:
                return None
            raise
        live.jobs += [(signal, row) for signal, (row, _) in zip(signals, rows, strict=True)]
        engine.adopt(live)
        return live

    def _check_reuse(self, workflow_id: str, policy: str) -> None:
        if policy in ("", "allow_duplicate"):
            return
        status = self._last(workflow_id)
        if status is not None and (policy == "reject_duplicate" or status[0] not in _UNSUCCESSFUL):
            raise _taken(workflow_id)

    def _last(self, workflow_id: str) -> tuple[str, str] | None:
        """Read status and result of the last run; None for an unknown workflow."""
        sql = "SELECT status, result FROM runs WHERE workflow_id = ? ORDER BY number DESC LIMIT 1"
        rows = self._engine.journal.read(sql, (workflow_id,))
        return (rows[0][0], rows[0][1]) if rows else None

    def _running(self, workflow_id: str) -> Live:
        live = self._engine.current.get(workflow_id)
        if live is None:
            raise Failure(Kind.NOT_FOUND, f"no workflow '{workflow_id}' is running")
        return live

    def signal(self, workflow_id: str, signal: Signaled) -> None:
        """Send a message."""
        self._engine.tell(self._running(workflow_id), signal)

    def cancel(self, workflow_id: str, reason: str) -> None:
        """Ask it to end."""
        self._engine.tell(self._running(workflow_id), CancelRequested(reason))

    def terminate(self, workflow_id: str, reason: str) -> None:
        """End it at once."""
        problem = Problem(f"workflow terminated: {reason}", Kind.CANCELED, retryable=False)
        self._engine.close_run(self._running(workflow_id), Status.TERMINATED, Failed(problem))

    def outcome(self, workflow_id: str) -> Completion:
        """Give what completes when the workflow does."""
        if workflow_id in self._engine.current:
            return self._engine.waiting.setdefault(workflow_id, Completion())
        last = self._last(workflow_id)
        if last is None:
            raise Failure(Kind.NOT_FOUND, f"there is no workflow '{workflow_id}'")
        if workflow_id in self._engine.current:  # started while we read
            return self.outcome(workflow_id)
        completion = Completion()
        completion.set(outcome_of(wire.load(last[1])[0]))
        return completion

    def query(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Data | None:
        """Ask a question."""
        answer = self._engine.ask(self._running(workflow_id), Queried("query", name, tuple(arguments)))
        if answer.problem is not None:
            raise Failure.from_error(data.error_of(answer.problem))
        return answer.value

    def update(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Data | None:
        """Make a request and wait for the answer."""
        live = self._running(workflow_id)
        request = UpdateRequested(str(uuid.uuid4()), name, tuple(arguments))
        waiting = self._engine.updates[request.id] = Completion()
        try:
            self._engine.tell(live, request)
            return data.encode(result_of(waiting.wait()))
        finally:
            self._engine.updates.pop(request.id, None)


def _taken(workflow_id: str) -> Failure:
    return Failure(Kind.ALREADY_EXISTS, f"a workflow with the id '{workflow_id}' has been started already")
