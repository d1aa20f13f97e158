"""What a task leads to: rows to write first, and what may happen once they are on the disk."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.binding import Failure, Kind
from runtime.lua.errors import LuaError
from runtime.process.message import Envelope
from runtime.process.outcome import Outcome
from runtime.process.pid import Pid
from runtime.process.timing import start_timer
from runtime.workflows import commands, data, wire
from runtime.workflows.activation import (
    ActivityResolved,
    CancelRequested,
    CancelSent,
    ChildResolved,
    ChildStarted,
    Completed,
    Failed,
    Problem,
    Signaled,
    SignalSent,
    Start,
    TimerFired,
    UpdateRequested,
)
from runtime.workflows.embedded.attempts import Attempts, pause_after
from runtime.workflows.embedded.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.workflows.activation import Job, Result
    from runtime.workflows.commands import Command
    from runtime.workflows.embedded.engine import Engine
    from runtime.workflows.embedded.journal import Statement
    from runtime.workflows.embedded.live import Live

log = logging.getLogger("wippy.workflows")
_SECOND = 1_000_000_000
# What comes from outside, and is meant for the workflow rather than for one run of it.
_FOR_ANY_RUN = (Signaled, UpdateRequested, CancelRequested)


class Effects:
    """The consequences of one task, or of an end from outside."""

    def __init__(self, engine: Engine, live: Live, now: int) -> None:
        self.statements: list[Statement] = []
        self._engine = engine
        self._live = live
        self._now = now
        self._then: list[Callable[[], object]] = []

    def carry_out(self) -> None:
        """Let everything happen; the rows are on the disk."""
        for step in self._then:
            step()

    def plan(self, jobs: Sequence[tuple[Job, int | None]], asked: Sequence[Command]) -> None:
        """Take in a task: what had happened, with the rows that this uses up, and what the code asked for."""
        live = self._live
        told, wanted = wire.dump([job for job, _ in jobs]), wire.dump(asked)
        number = live.tasks + 1
        self._write("INSERT INTO tasks VALUES (?, ?, ?, ?, ?)", live.id, number, self._now, told, wanted)
        for job, row in jobs:
            if row is not None:
                self._write("DELETE FROM jobs WHERE id = ?", row)
            elif isinstance(job, TimerFired):
                self._write("DELETE FROM timers WHERE run_id = ? AND seq = ?", live.id, job.seq)
            elif isinstance(job, ActivityResolved):
                self._write("DELETE FROM activities WHERE run_id = ? AND seq = ?", live.id, job.seq)
        if live.trouble:
            self._write("UPDATE runs SET trouble = '' WHERE run_id = ?", live.id)
        events, size = live.events + len(jobs) + len(asked), live.size + len(told) + len(wanted)
        self._then.append(lambda: live.grow(number, events, size))
        for command in asked:
            self._PLANS[type(command)](self, command)

    def _write(self, sql: str, *values: Any) -> None:
        self.statements.append((sql, values))

    def _tell(self, live: Live, job: Job, due: int = 0) -> None:
        """Let a run know something, for good."""
        row, statement = self._engine.job_row(live.id, job, due)
        self.statements.append(statement)
        self._then.append(lambda: self._engine.happen(live, job, row))

    # --- timers and activities ----------------------------------------------------------------------------------------

    def _start_timer(self, command: commands.StartTimer) -> None:
        due = self._now + command.nanoseconds
        self._write("INSERT INTO timers VALUES (?, ?, ?)", self._live.id, command.seq, due)
        self._then.append(lambda: self.arm(command.seq, due))

    def arm(self, seq: int, due: int) -> None:
        """Set a timer, which may be overdue after a restart."""
        live, engine = self._live, self._engine

        def fire() -> None:
            live.timers.pop(seq, None)
            engine.happen(live, TimerFired(seq))

        live.timers[seq] = start_timer((due - engine.now()) / _SECOND, fire)

    def _cancel_timer(self, command: commands.CancelTimer) -> None:
        self._write("DELETE FROM timers WHERE run_id = ? AND seq = ?", self._live.id, command.seq)

        def stop() -> None:
            timer = self._live.timers.pop(command.seq, None)
            if timer is not None:
                timer.stop()

        self._then.append(stop)

    def _schedule_activity(self, command: commands.ScheduleActivity) -> None:
        row = (self._live.id, command.seq, wire.dump([command]), self._now)
        self._write("INSERT INTO activities VALUES (?, ?, ?, ?)", *row)
        self._then.append(lambda: self.begin_activity(command, self._now))

    def begin_activity(self, command: commands.ScheduleActivity, scheduled: int) -> None:
        """Make an attempt of an activity, which after a restart may be not the first."""
        live, engine = self._live, self._engine

        def done(result: Result) -> None:
            live.activities.pop(command.seq, None)
            engine.happen(live, ActivityResolved(command.seq, result))

        attempts = Attempts(command, engine.activities_of(live, command), done)
        live.activities[command.seq] = attempts
        attempts.begin((engine.now() - scheduled) / _SECOND)

    def _cancel_activity(self, command: commands.CancelActivity) -> None:
        self._write("DELETE FROM activities WHERE run_id = ? AND seq = ?", self._live.id, command.seq)

        def abandon() -> None:
            activity = self._live.activities.pop(command.seq, None)
            if activity is not None:
                activity.abandon()

        self._then.append(abandon)

    # --- other workflows ----------------------------------------------------------------------------------------------

    def _start_child(self, command: commands.StartChild) -> None:
        engine, live = self._engine, self._live
        if command.workflow_id in engine.current:
            text = f"workflow '{command.workflow_id}' is running already"
            self._tell(live, ChildStarted(command.seq, problem=Problem(text, Kind.ALREADY_EXISTS, retryable=False)))
            return
        host = engine.host_of(command.options.task_queue, live.host)
        start = Start(
            command.workflow_id,
            "",
            command.type,
            command.arguments,
            command.headers,
            task_queue=command.options.task_queue or live.start.task_queue,
            namespace=live.start.namespace,
            parent=live.start.workflow_id,
        )
        child, statements = engine.new_run(host, start, command.options, parent=(live.id, command.seq))
        self.statements += statements
        self._then.append(lambda: live.children.__setitem__(command.seq, child.id))
        self._then.append(lambda: engine.adopt(child))
        self._tell(live, ChildStarted(command.seq, child.id))

    def _cancel_child(self, command: commands.CancelChild) -> None:
        child = self._engine.live.get(self._live.children.get(command.seq, ""))
        if child is not None:
            self._tell(child, CancelRequested(command.reason))

    def _signal_workflow(self, command: commands.SignalWorkflow) -> None:
        target = self._engine.current.get(command.workflow_id)
        if target is not None:
            sender = str(Pid("", str(self._live.host), self._live.start.workflow_id))
            self._tell(target, Signaled(command.name, command.arguments, command.headers, sender))
        self._tell(self._live, SignalSent(command.seq, _absent(command.workflow_id) if target is None else None))

    def _cancel_workflow(self, command: commands.CancelWorkflow) -> None:
        target = self._engine.current.get(command.workflow_id)
        if target is not None:
            self._tell(target, CancelRequested(command.reason))
        self._tell(self._live, CancelSent(command.seq, _absent(command.workflow_id) if target is None else None))

    def _deliver(self, command: commands.Deliver) -> None:
        def send() -> None:
            sender = Pid("", str(self._live.host), self._live.start.workflow_id)
            pid = Pid.parse(command.pid)
            try:
                if pid is not None:
                    envelope = Envelope(sender, command.topic, data.decode_all(command.arguments))
                    self._engine.node.processes.send(pid, envelope)
            except Failure as failure:
                log.debug("a message of workflow %s was lost: %s", self._live.start.workflow_id, failure.message)

        self._then.append(send)

    # --- what is known of it ------------------------------------------------------------------------------------------

    def _mark(self, command: commands.Mark) -> None:
        """Do nothing: the history has it."""

    def _set_search(self, command: commands.SetSearchAttributes) -> None:
        self._patch("search", command.values)

    def _set_memo(self, command: commands.SetMemo) -> None:
        self._patch("memo", command.values)

    def _patch(self, column: str, values: Any) -> None:
        patch = json.dumps({name: json.loads(value) for name, value in values.items()})
        sql = f"UPDATE runs SET {column} = json_patch({column}, ?) WHERE run_id = ?"  # noqa: S608  (one of two names)
        self._write(sql, patch, self._live.id)

    def _accept(self, command: commands.AcceptUpdate) -> None:
        """Do nothing: whoever asks waits for the answer."""

    def _reject(self, command: commands.RejectUpdate) -> None:
        self._then.append(lambda: self._engine.answer(command.id, _failed(command.problem)))

    def _complete_update(self, command: commands.CompleteUpdate) -> None:
        outcome = Outcome(data.decode(command.value)) if command.problem is None else _failed(command.problem)
        self._then.append(lambda: self._engine.answer(command.id, outcome))

    def _answer_query(self, command: commands.AnswerQuery) -> None:
        """Do nothing: questions are asked outside of tasks."""

    # --- ends ---------------------------------------------------------------------------------------------------------

    def _complete(self, command: commands.Complete) -> None:
        self.close(Status.COMPLETED, Completed(command.value))

    def _fail(self, command: commands.Fail) -> None:
        policy, start = self._live.options.retry, self._live.start
        wait = pause_after(command.problem, policy, start.attempt) if policy is not None else None
        if wait is None:
            self.close(Status.FAILED, Failed(command.problem))
        else:
            again = replace(start, attempt=start.attempt + 1)
            self._succeed(again, Failed(command.problem), Status.FAILED, int(wait * _SECOND))

    def _continue(self, command: commands.ContinueAsNew) -> None:
        start = replace(
            self._live.start, type=command.type, arguments=command.arguments, headers=command.headers, attempt=1
        )
        self._succeed(start, Completed(), Status.CONTINUED, 0)

    def _succeed(self, start: Start, result: Result, status: Status, delay: int) -> None:
        """End the run, and begin another one of the same workflow, which gets what came too late for this one."""
        engine, live = self._engine, self._live
        options = replace(live.options, start_delay=delay / _SECOND if delay else None)
        self._end(status, result)
        heir, statements = engine.new_run(live.host, start, options, parent=(live.parent_run, live.parent_seq))
        self.statements += statements

        def hand_over() -> None:
            engine.forget(live)
            parent = engine.live.get(live.parent_run)
            if parent is not None:
                parent.children[live.parent_seq] = heir.id
            engine.adopt(heir)
            for job, row in live.jobs:
                if isinstance(job, _FOR_ANY_RUN):
                    engine.happen(heir, job, row)

        for kind in _FOR_ANY_RUN:
            pattern = f'[{{"@":"{kind.__name__}"%'
            self._write("UPDATE jobs SET run_id = ? WHERE run_id = ? AND job LIKE ?", heir.id, live.id, pattern)
        self._write("DELETE FROM jobs WHERE run_id = ?", live.id)
        self._then.append(hand_over)

    def close(self, status: Status, result: Result) -> None:
        """End the run for good: its parent hears of it, its children end as they were asked to."""
        engine, live = self._engine, self._live
        self._end(status, result)
        self._write("DELETE FROM jobs WHERE run_id = ?", live.id)
        parent = engine.live.get(live.parent_run)
        if parent is not None:
            self._tell(parent, ChildResolved(live.parent_seq, result))
            self._then.append(lambda: parent.children.pop(live.parent_seq, None))
        self._then.append(lambda: engine.over(live, result))
        for child in [engine.live.get(run_id) for run_id in live.children.values()]:
            if child is not None:
                self._leave(child)

    def _leave(self, child: Live) -> None:
        policy = child.options.parent_close_policy
        if policy == "request_cancel":
            self._tell(child, CancelRequested("the parent has ended"))
        elif policy != "abandon":
            ending = Effects(self._engine, child, self._now)
            child.parent_run = ""
            ending.close(Status.TERMINATED, Failed(TERMINATED))
            self.statements += ending.statements
            self._then.append(ending.carry_out)

    def _end(self, status: Status, result: Result) -> None:
        run_id = self._live.id
        # Of two ends that are written at the same time the first one stands.
        sql = "UPDATE runs SET status = ?, ended = ?, result = ?, trouble = '' WHERE run_id = ? AND status = ?"
        self._write(sql, status, self._now, wire.dump([result]), run_id, Status.RUNNING)
        for table in ("timers", "activities"):
            self._write(f"DELETE FROM {table} WHERE run_id = ?", run_id)  # noqa: S608  (one of two names)

    _PLANS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        commands.StartTimer: _start_timer,
        commands.CancelTimer: _cancel_timer,
        commands.ScheduleActivity: _schedule_activity,
        commands.CancelActivity: _cancel_activity,
        commands.StartChild: _start_child,
        commands.CancelChild: _cancel_child,
        commands.SignalWorkflow: _signal_workflow,
        commands.CancelWorkflow: _cancel_workflow,
        commands.Deliver: _deliver,
        commands.Mark: _mark,
        commands.SetSearchAttributes: _set_search,
        commands.SetMemo: _set_memo,
        commands.AcceptUpdate: _accept,
        commands.RejectUpdate: _reject,
        commands.CompleteUpdate: _complete_update,
        commands.AnswerQuery: _answer_query,
        commands.Complete: _complete,
        commands.Fail: _fail,
        commands.ContinueAsNew: _continue,
    }


TERMINATED = Problem("workflow terminated", Kind.CANCELED, retryable=False)


def _absent(workflow_id: str) -> Problem:
    return Problem(f"no workflow '{workflow_id}' is running", Kind.NOT_FOUND, retryable=False)


def _failed(problem: Problem) -> Outcome:
    return Outcome(error=LuaError(data.error_of(problem)))
