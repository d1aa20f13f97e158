"""Doing together what many ask for one by one: a database takes a hundred rows at once as fast as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import gevent

from runtime.binding.failure import Failure
from runtime.process.completion import Completion
from runtime.process.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_MOST = 100


class Batch(Generic[T]):
    """Does `work` with all that has been asked for while the last work was under way.

    When it fails for several at once they are tried one by one, so that a bad one stands in nobody's way.
    """

    def __init__(self, work: Callable[[Sequence[T]], None]) -> None:
        self._work = work
        self._waiting: list[tuple[T, Completion]] = []
        self._running = False

    def do(self, item: T) -> None:
        """Have something done and wait for that; raise the Failure of the work."""
        done = Completion()
        self._waiting.append((item, done))
        if not self._running:
            self._running = True
            gevent.spawn(self._run)
        failure = done.wait().value
        if failure is not None:
            raise failure

    def _run(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                failure = self._attempt([item for item, _ in taken])
                for item, done in taken:
                    done.set(Outcome(self._attempt([item]) if failure is not None and len(taken) > 1 else failure))
        finally:
            self._running = False

    def _attempt(self, items: Sequence[T]) -> Failure | None:
        try:
            self._work(items)
        except Failure as failure:
            return failure
        return None
