"""The interceptor that makes a failed call again (documentation page concepts/functions)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from runtime.binding import Failure
from runtime.functions.options import RetryPolicy, retry_of
from runtime.lua.errors import Error, LuaError
from runtime.process.completion import Completion, Outcome
from runtime.process.events import error_of
from runtime.process.timing import start_timer

if TYPE_CHECKING:
    from runtime.functions.call import Invocation, Proceed, Running
    from runtime.process.timing import TimerHandle

ORDER = 20
_chance = random.Random()  # noqa: S311  (jitter)


def retry(invocation: Invocation, proceed: Proceed) -> Running:
    """Carry a call out as often as its option `retry` allows."""
    policy = retry_of(invocation.options)
    return proceed(invocation) if policy is None else Retrying(invocation, proceed, policy)


class Retrying:
    """A call that is made again while it fails in a way that may pass."""

    def __init__(self, invocation: Invocation, proceed: Proceed, policy: RetryPolicy) -> None:
        self.completion = Completion()
        self._invocation = invocation
        self._proceed = proceed
        self._policy = policy
        self._attempts = 0
        self._running: Running | None = None
        self._timer: TimerHandle | None = None
        self._begin()

    def _begin(self) -> None:
        self._attempts += 1
        self._running = self._proceed(self._invocation)
        self._running.completion.listen(self._ended)

    def _ended(self, outcome: Outcome) -> None:
        if self.completion.outcome is not None:
            return  # ended from outside meanwhile
        error = error_of(outcome)
        if (
            error is None
            or self._attempts >= self._policy.attempts
            or not self._policy.allows(error.kind, retryable=error.retryable)
        ):
            self.completion.set(outcome)
        else:
            self._timer = start_timer(self._policy.pace.delay(self._attempts, _chance), self._again)

    def _again(self) -> None:
        try:
            self._begin()
        except Failure as failure:
            self.completion.set(Outcome(error=LuaError(failure.to_error())))

    def terminate(self, message: str, kind: str) -> None:
        """End the attempt that runs, or the wait for the next."""
        if self._timer is not None:
            self._timer.stop()
        self.completion.set(Outcome(error=LuaError(Error(message, kind, retryable=False))))
        if self._running is not None:
            self._running.terminate(message, kind)
