"""The engine: carries out tasks of workflows, writes them down, and only then lets what they ask for happen."""

from __future__ import annotations

import itertools
import json
import logging
import random
import time
import uuid
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event

from runtime.binding import Failure, Kind
from runtime.lua.errors import LuaError
from runtime.process import timing
from runtime.process.outcome import Outcome
from runtime.process.timing import start_timer
from runtime.workflows import data, wire
from runtime.workflows.activation import Activation, CancelRequested, Failed, Problem, Queried, Signaled
from runtime.workflows.commands import AnswerQuery
from runtime.workflows.embedded.effects import Effects
from runtime.workflows.embedded.live import Live
from runtime.workflows.embedded.replay import Task, replay
from runtime.workflows.embedded.status import Status
from runtime.workflows.errors import WorkflowError
from runtime.workflows.surroundings import outcome_of

if TYPE_CHECKING:
    from runtime.process.completion import Completion
    from runtime.registry.entry import EntryId
    from runtime.workflows.activation import Job, Result, Start
    from runtime.workflows.commands import ScheduleActivity, StartOptions
    from runtime.workflows.embedded.journal import Journal, Statement
    from runtime.workflows.engine import Activities, Workflow

log = logging.getLogger("wippy.workflows")
_SECOND = 1_000_000_000
_POLL = 0.25  # seconds between two looks at what other processes want
_CACHED = 1000  # runs whose code stays in memory while they wait
_PATIENCE = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds after which a task that failed is tried again, unless code changes
_STOPPED = Outcome(
    error=LuaError(Failure(Kind.UNAVAILABLE, "the workflow engine has stopped", retryable=True).to_error())
)


class Engine:
    """Runs the workflows of the hosts that share a file. All of it happens in greenlets of one thread."""

    def __init__(self, node: Any, journal: Journal) -> None:
        self.node = node
        self.journal = journal
        self.live: dict[str, Live] = {}  # by the id of the run
        self.current: dict[str, Live] = {}  # by the id of the workflow
        self.waiting: dict[str, Completion] = {}  # for the end of a workflow, by its id
        self.updates: dict[str, Completion] = {}  # for the answer to a request, by its id
        self._hosts: dict[EntryId, tuple[str, Activities]] = {}  # their task queues and activities
        self._cache: OrderedDict[str, Live] = OrderedDict()
        self._rows = itertools.count(time.time_ns())
        self._stopped = False
        # The version of the file when requests were read last; a new host makes us read them again.
        self._seen = -1
        self._watching = gevent.spawn(self._watch_requests)

    def now(self) -> int:
        """Give nanoseconds since 1970."""
        return timing.wall()

    # --- hosts --------------------------------------------------------------------------------------------------------

    def add_host(self, host: EntryId, task_queue: str, activities: Activities) -> None:
        """Take up the workflows of a host where they were left."""
        self._hosts[host] = task_queue, activities
        sql = "SELECT run_id, start, parent_run, parent_seq, started, trouble FROM runs WHERE status = ? AND host = ?"
        rows = self.journal.read(sql, (Status.RUNNING, str(host)))
        found = [self._recover(host, *row) for row in rows]
        for live in found:  # only now, for they may have to do with one another
            self._take_up(live)
        self._seen = -1
        if found:
            log.info("%s goes on with %d workflows", host, len(found))

    def _recover(self, host: EntryId, run_id: str, text: str, *rest: Any) -> Live:
        start, options = wire.load(text)
        parent_run, parent_seq, started, trouble = rest
        live = Live(host, replace(start, run_id=run_id), options, started, parent_run, parent_seq, trouble=trouble)
        read = self.journal.read
        sizes = "SELECT COUNT(*), COALESCE(SUM(LENGTH(jobs) + LENGTH(commands)), 0) FROM tasks WHERE run_id = ?"
        ((live.tasks, live.size),) = read(sizes, (run_id,))
        sql = "SELECT parent_seq, run_id FROM runs WHERE parent_run = ? AND status = ?"
        live.children = dict(read(sql, (run_id, Status.RUNNING)))
        self.live[live.id] = self.current[live.start.workflow_id] = live
        return live

    def _take_up(self, live: Live) -> None:
        read, effects = self.journal.read, Effects(self, live, self.now())
        for row, due, text in read("SELECT id, due, job FROM jobs WHERE run_id = ? ORDER BY id", (live.id,)):
            self._put(live, wire.load(text)[0], row, due)
        for seq, due in read("SELECT seq, due FROM timers WHERE run_id = ?", (live.id,)):
            effects.arm(seq, due)
        sql = "SELECT command, scheduled FROM activities WHERE run_id = ? ORDER BY seq"
        for text, scheduled in read(sql, (live.id,)):
            effects.begin_activity(wire.load(text)[0], scheduled)
        self.adopt(live)

    def remove_host(self, host: EntryId) -> None:
        """Let go of the workflows of a host; they go on when it is added again."""
        self._hosts.pop(host, None)
        for live in [live for live in self.live.values() if live.host == host]:
            self.forget(live)

    def host_of(self, task_queue: str, otherwise: EntryId) -> EntryId:
        """Find the host that serves a task queue."""
        return next((host for host, (queue, _) in self._hosts.items() if queue == task_queue), otherwise)

    def activities_of(self, live: Live, command: ScheduleActivity) -> Activities:
        """Find what runs an activity: the host of its task queue, else that of the workflow."""
        return self._hosts[self.host_of(command.options.task_queue, live.host)][1]

    # --- runs ---------------------------------------------------------------------------------------------------------

    def new_run(
        self, host: EntryId, start: Start, options: StartOptions, *, parent: tuple[str, int] = ("", 0)
    ) -> tuple[Live, list[Statement]]:
        """Make a run and what has to be written for it; it is to be adopted when that is on the disk."""
        start = replace(start, run_id=str(uuid.uuid4()), seed=random.SystemRandom().getrandbits(63))
        live = Live(host, start, options, self.now(), *parent)
        due = live.started + int((options.start_delay or 0.0) * _SECOND)
        row, statement = self.job_row(live.id, start, due)
        self._put(live, start, row, due)
        memo, search = (
            json.dumps({name: json.loads(value) for name, value in values.items()})
            for values in (options.memo, options.search)
        )
        text = wire.dump([start, options])
        values = (live.id, next(self._rows), start.workflow_id, str(host), start.type, Status.RUNNING, text)
        sql = (
            "INSERT INTO runs (run_id, number, workflow_id, host, type, status, start, parent_run, parent_seq, "
            "started, memo, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        return live, [(sql, (*values, *parent, live.started, memo, search)), statement]

    def job_row(self, run_id: str, job: Job, due: int = 0) -> tuple[int, Statement]:
        """Give the number of a new row for a job, and what writes it; `due` is when it shall happen."""
        row = next(self._rows)
        return row, (
            "INSERT INTO jobs (id, run_id, due, job) VALUES (?, ?, ?, ?)",
            (row, run_id, due, wire.dump([job])),
        )

    def adopt(self, live: Live) -> None:
        """Let a run go on whose rows are on the disk."""
        self.live[live.id] = self.current[live.start.workflow_id] = live
        limits = [limit for limit in (live.options.run_timeout, live.options.execution_timeout) if limit is not None]
        if limits:
            left = min(limits) - (self.now() - live.started) / _SECOND
            live.deadline = start_timer(left, lambda: self._out_of_time(live))
        self.pump(live)

    def tell(self, live: Live, *jobs: Job) -> None:
        """Let a workflow know something from outside; it is on the disk when this returns.

        Failure NOT_FOUND when it has ended meanwhile.
        """
        rows = [self.job_row(live.id, job) for job in jobs]
        self.journal.commit([statement for _, statement in rows])
        # It may have gone on as a new run meanwhile.
        target = self.current.get(live.start.workflow_id)
        if target is None:
            raise Failure(Kind.NOT_FOUND, f"workflow '{live.start.workflow_id}' has ended")
        if target is not live:
            self.journal.commit([("UPDATE jobs SET run_id = ? WHERE id = ?", (target.id, row)) for row, _ in rows])
        for job, (row, _) in zip(jobs, rows, strict=True):
            self.happen(target, job, row)

    def _put(self, live: Live, job: Job, row: int | None, due: int) -> None:
        wait = (due - self.now()) / _SECOND
        if wait > 0:
            start_timer(wait, lambda: self.happen(live, job, row))
        else:
            live.jobs.append((job, row))

    def happen(self, live: Live, job: Job, row: int | None = None) -> None:
        """Let a run know something; without a row it is something that would happen again after a crash."""
        if not live.closed:
            live.jobs.append((job, row))
            self.pump(live)

    def pump(self, live: Live) -> None:
        """Carry out the jobs of a run, in a greenlet, unless that is under way."""
        if live.jobs and not (live.busy or live.closed or live.paused or self._stopped) and live.id in self.live:
            live.busy = True
            gevent.spawn(self._work, live)

    def _work(self, live: Live) -> None:
        try:
            while live.jobs and not (live.closed or self._stopped):
                self._task(live)
        except (WorkflowError, Failure) as problem:
            self._stall(live, str(problem))
        except Exception:
            log.exception("internal error: a task of workflow %s failed", live.start.workflow_id)
            self._stall(live, "internal error; the log has the details")
        finally:
            self._rest(live)

    def _rest(self, live: Live) -> None:
        live.busy = False
        if live.at_rest is not None:
            live.at_rest.set()
        self.pump(live)

    def _task(self, live: Live) -> None:
        """Carry out one task: run the code, write down what it asked for, then let that happen."""
        jobs, live.jobs = live.jobs, []
        now = self.now()
        effects = Effects(self, live, now)
        try:
            run = self._run_of(live)
            told = tuple(job for job, _ in jobs)
            asked = run.activate(Activation(now, told, False, live.events, live.size))
            if live.closed:
                return  # ended from outside meanwhile: what the code asked for counts for nothing
            effects.plan(jobs, asked)
            self.journal.commit(effects.statements)
        except BaseException:
            live.jobs[:0] = jobs
            self._forget_code(live)
            raise
        live.failures, live.trouble = 0, ""
        effects.carry_out()

    def _stall(self, live: Live, text: str) -> None:
        """Leave a run alone for a while whose task failed; nothing of it is lost."""
        if live.closed or self._stopped:
            return
        log.error("workflow %s (%s) stands still: %s", live.start.workflow_id, live.start.type, text)
        live.trouble, live.paused = text, True
        wait = _PATIENCE[min(live.failures, len(_PATIENCE) - 1)]
        live.failures += 1
        start_timer(wait, lambda: self._go_on(live))
        try:
            self.journal.commit([("UPDATE runs SET trouble = ? WHERE run_id = ?", (text, live.id))])
        except Failure as failure:
            log.error("%s", failure.message)  # noqa: TRY400  (the text says all there is)

    def _go_on(self, live: Live) -> None:
        live.paused = False
        self.pump(live)

    def code_changed(self) -> None:
        """Try tasks that failed once more."""
        for live in list(self.live.values()):
            if live.paused:
                live.failures = 0
                self._go_on(live)

    # --- code in memory -----------------------------------------------------------------------------------------------

    def _run_of(self, live: Live) -> Workflow:
        """Give the code of a run, brought back by its history where it is not in memory."""
        if live.run is None:
            live.run = self._replayed(live)
        self._cache[live.id] = live
        self._cache.move_to_end(live.id)
        while len(self._cache) > _CACHED:
            _, oldest = self._cache.popitem(last=False)
            if not oldest.busy:
                self._forget_code(oldest)
        return live.run

    def _replayed(self, live: Live) -> Workflow:
        run: Any = self.node.workflows.open(live.host, live.start)
        if live.tasks:
            try:
                live.events = replay(run, self.history(live.id))
            except BaseException:
                run.close()
                raise
        return run  # type: ignore[no-any-return]

    def _forget_code(self, live: Live) -> None:
        run, live.run = live.run, None
        self._cache.pop(live.id, None)
        if run is not None:
            run.close()

    def history(self, run_id: str) -> list[Task]:
        """Read the tasks of a run."""
        sql = "SELECT number, time, jobs, commands FROM tasks WHERE run_id = ? ORDER BY number"
        return [Task(*row) for row in self.journal.read(sql, (run_id,))]

    def ask(self, live: Live, query: Queried) -> AnswerQuery:
        """Put a question to a run, between its tasks."""
        while live.busy:
            live.at_rest = live.at_rest or Event()
            live.at_rest.clear()
            live.at_rest.wait()
        live.busy = True
        try:
            run = self._run_of(live)
            (answer,) = run.activate(Activation(self.now(), (query,), True, live.events, live.size))
        except WorkflowError as problem:
            raise Failure(Kind.UNAVAILABLE, str(problem), retryable=True) from problem
        finally:
            self._rest(live)
        assert isinstance(answer, AnswerQuery), "a question leads to nothing but its answer"
        return answer

    # --- requests of other processes ----------------------------------------------------------------------------------

    def _watch_requests(self) -> None:
        """Carry out what other processes write into the file."""
        while True:
            try:
                version = self.journal.version()
                if version != self._seen:
                    self._seen = version
                    self._carry_out_requests()
            except Failure as failure:
                log.error("%s", failure.message)  # noqa: TRY400  (the text says all there is)
            gevent.sleep(_POLL)

    def _carry_out_requests(self) -> None:
        for row, workflow_id, action, body in self.journal.read("SELECT * FROM requests ORDER BY id"):
            live = self.current.get(workflow_id)
            if live is None and self._is_elsewhere(workflow_id):
                continue  # of a host that does not run here, or not yet
            if live is not None:
                self._carry_out_request(live, action, json.loads(body))
            self.journal.commit([("DELETE FROM requests WHERE id = ?", (row,))])

    def _is_elsewhere(self, workflow_id: str) -> bool:
        sql = "SELECT 1 FROM runs WHERE workflow_id = ? AND status = ?"
        return bool(self.journal.read(sql, (workflow_id, Status.RUNNING)))

    def _carry_out_request(self, live: Live, action: str, body: Any) -> None:
        if action == "terminate":
            problem = Problem(f"workflow terminated: {body}", Kind.CANCELED, retryable=False)
            self.close_run(live, Status.TERMINATED, Failed(problem))
        elif action == "cancel":
            self.tell(live, CancelRequested(body))
        else:
            name, values = body
            self.tell(live, Signaled(name, tuple(data.to_json(value) for value in values)))

    # --- ends ---------------------------------------------------------------------------------------------------------

    def _out_of_time(self, live: Live) -> None:
        gevent.spawn(self._time_out, live)

    def _time_out(self, live: Live) -> None:
        problem = Problem(f"workflow {live.start.workflow_id} timed out", Kind.TIMEOUT, retryable=False)
        self.close_run(live, Status.TIMED_OUT, Failed(problem))

    def close_run(self, live: Live, status: Status, result: Result) -> None:
        """End a run from outside."""
        if live.closed:
            return
        live.closed = True
        effects = Effects(self, live, self.now())
        effects.close(status, result)
        self.journal.commit(effects.statements)
        effects.carry_out()

    def over(self, live: Live, result: Result) -> None:
        """Forget a run that has ended for good, and tell who waits for it."""
        self.forget(live)
        for job, _ in live.jobs:
            self.refuse_late(job)
        waiting = self.waiting.pop(live.start.workflow_id, None)
        if waiting is not None:
            waiting.set(outcome_of(result))

    def refuse_late(self, job: Job) -> None:
        """Tell whoever made a request that nobody will answer it."""
        identity = getattr(job, "id", None)
        if identity in self.updates:
            self.answer(identity, Outcome(error=LuaError(_OVER.to_error())))

    def answer(self, update: str, outcome: Outcome) -> None:
        """Give the answer to a request."""
        waiting = self.updates.pop(update, None)
        if waiting is not None:
            waiting.set(outcome)

    def forget(self, live: Live) -> None:
        """Let go of a run."""
        live.closed = True
        self.live.pop(live.id, None)
        self._cache.pop(live.id, None)
        if self.current.get(live.start.workflow_id) is live:
            del self.current[live.start.workflow_id]
        live.release()

    def stop(self) -> None:
        """Let go of everything; the file has it."""
        self._stopped = True
        self._watching.kill()
        for host in list(self._hosts):
            self.remove_host(host)
        for waiting in [*self.waiting.values(), *self.updates.values()]:
            waiting.set(_STOPPED)
        self.journal.close()


_OVER = Failure(Kind.NOT_FOUND, "the workflow has ended")
