"""An activity of the embedded engine: attempts until one succeeds, or no other may be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding import Failure, Kind
from runtime.process.timing import now, start_timer
from runtime.workflows import data
from runtime.workflows.activation import Failed, Problem
from runtime.workflows.commands import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.process.timing import TimerHandle
    from runtime.workflows.activation import Result
    from runtime.workflows.commands import ScheduleActivity
    from runtime.workflows.engine import Activities, ActivityRun

_DEFAULT = RetryPolicy()
_LONGEST = 100  # times the first wait, where no longest one is given


class Attempts:
    """One activity; `done` gets its result, once, on the hub."""

    def __init__(self, command: ScheduleActivity, activities: Activities, done: Callable[[Result], object]) -> None:
        self.command = command
        self.attempt = 0
        self._activities = activities
        self._done: Callable[[Result], object] | None = done
        self._run: ActivityRun | None = None
        self._timers: list[TimerHandle] = []
        self._pause: TimerHandle | None = None
        self._last: Problem | None = None
        self._began = now()

    def begin(self, waited: float = 0.0) -> None:
        """Make the first attempt; `waited` are the seconds since the activity was asked for, as after a restart."""
        self._began -= waited
        whole = self.command.options.schedule_to_close
        if whole is not None:
            self._timers.append(start_timer(whole - waited, lambda: self._time_out("schedule_to_close", whole)))
        self._try()

    def _try(self) -> None:
        if self._done is None:
            return
        self.attempt += 1
        self._pause = None
        limit = self.command.options.start_to_close
        number = self.attempt
        if limit is not None:
            self._pause = start_timer(limit, lambda: self._attempt_timed_out(number, limit))
        try:
            self._run = self._activities.begin(self.command.name, self.command.arguments, self.command.headers)
        except Failure as failure:
            self._attempt_done(number, Failed(data.problem_from(failure)))
            return
        self._run.listen(lambda result: self._attempt_done(number, result))

    def _attempt_timed_out(self, number: int, limit: float) -> None:
        run, self._run = self._run, None
        problem = _timeout(self.command.name, "start_to_close", limit)
        self._attempt_done(number, Failed(problem))
        if run is not None:
            run.cancel()

    def _attempt_done(self, number: int, result: Result) -> None:
        if self._done is None or number != self.attempt:
            return
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        self._run = None
        wait = self._wait(result.problem) if isinstance(result, Failed) else None
        if wait is None:
            self._finish(result)
        else:
            assert isinstance(result, Failed), "only failures are tried again"
            self._last = result.problem
            self._pause = start_timer(wait, self._try)

    def _wait(self, problem: Problem) -> float | None:
        """Give the seconds until the next attempt; None when there is none."""
        wait = pause_after(problem, self.command.options.retry or _DEFAULT, self.attempt)
        whole = self.command.options.schedule_to_close
        return None if wait is None or (whole is not None and now() - self._began + wait >= whole) else wait

    def _time_out(self, which: str, limit: float) -> None:
        run = self._run
        self._finish(Failed(_timeout(self.command.name, which, limit, self._last)))
        if run is not None:
            run.cancel()

    def abandon(self) -> None:
        """End it without telling anybody."""
        run, self._run, self._done = self._run, None, None
        self._stop_timers()
        if run is not None:
            run.cancel()

    def _finish(self, result: Result) -> None:
        done, self._done = self._done, None
        self._run = None
        self._stop_timers()
        if done is not None:
            done(result)

    def _stop_timers(self) -> None:
        for timer in (*self._timers, *((self._pause,) if self._pause is not None else ())):
            timer.stop()


def pause_after(problem: Problem, policy: RetryPolicy, attempt: int) -> float | None:
    """Give the seconds until the next attempt, the first being 1; None when there is none."""
    timed_out = problem.kind == Kind.TIMEOUT  # told as not retryable to the workflow, when no attempt is left
    if problem.kind in policy.non_retryable or (problem.retryable is False and not timed_out):
        return None
    if policy.maximum_attempts and attempt >= policy.maximum_attempts:
        return None
    longest = policy.maximum_interval or policy.initial_interval * _LONGEST
    return min(longest, policy.initial_interval * policy.backoff_coefficient ** min(attempt - 1, 64))


def _timeout(name: str, which: str, limit: float, last: Problem | None = None) -> Problem:
    return Problem(
        f"activity {name} timed out after {limit:g} s ({which}_timeout)",
        Kind.TIMEOUT,
        retryable=False,
        details=data.to_json({"timeout_type": which}),
        cause=last,
    )
