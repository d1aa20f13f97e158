"""Pools of function instances (semantics 4.2): how many calls of one function run side by side."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from runtime.process import timing
from runtime.process.completion import Completion, Outcome

if TYPE_CHECKING:
    from runtime.code.codebase import Instance
    from runtime.code.unit import PoolConfig
    from runtime.process.timing import TimerHandle

_DEFAULT_MAX = 16
_DEFAULT_WORKERS = 8
IDLE = 30.0  # seconds after which a pool that nobody has used lets its instances go


class Slot:
    """The right to run one call; `instance` is empty until a first call has made it, and is kept for the next."""

    __slots__ = ("instance",)

    def __init__(self) -> None:
        self.instance: Instance | None = None


class Pool:
    """Slots of one generation of a function; the latest used is used again first, callers beyond the limit queue up.

    `kept` is how many instances stay when nobody has called for a while.
    """

    def __init__(self, limit: int, generation: int, kept: int | None = None) -> None:
        self.limit = limit
        self.generation = generation
        self.kept = limit if kept is None else kept
        self.in_use = 0
        # When the last call ended, and the timer that looks whether that is long ago: one for many calls.
        self._rests_since = 0.0
        self._look: TimerHandle | None = None
        self._closed = False
        self._idle: list[Slot] = []
        self._made = 0
        self._waiting: deque[_Turn] = deque()

    @classmethod
    def of(cls, config: PoolConfig, generation: int) -> Pool:
        """Make the pool that an entry asks for."""
        return cls(limit_of(config), generation, kept_of(config))

    def acquire(self) -> Slot:
        """Take a slot, waiting for one where all are in use."""
        if self._idle:
            slot = self._idle.pop()
        elif self._made < self.limit:
            self._made += 1
            slot = Slot()
        else:
            return self._await_turn()
        self.in_use += 1
        return slot

    def _await_turn(self) -> Slot:
        turn = _Turn()
        self._waiting.append(turn)
        try:
            turn.come.wait()
        except BaseException:
            if turn.slot is None:
                self._waiting.remove(turn)
            else:
                self.release(turn.slot)
            raise
        assert turn.slot is not None
        return turn.slot

    def release(self, slot: Slot) -> None:
        """Give a slot back; it goes to whoever has waited longest."""
        if self._waiting:
            turn = self._waiting.popleft()
            turn.slot = slot
            turn.come.set(Outcome())
        else:
            self.in_use -= 1
            self._idle.append(slot)
            if not self.in_use and self._made > self.kept:
                self._rests_since = timing.now()
                if self._look is None and not self._closed:
                    self._look = timing.start_timer(IDLE, self._reap)

    def _reap(self) -> None:
        """Let the instances go that nobody has used; look again later where there was a call meanwhile."""
        self._look = None
        left = self._rests_since + IDLE - timing.now()
        if self.in_use:
            return  # the end of that call begins a new rest
        if left > 0:
            self._look = timing.start_timer(left, self._reap)
        else:
            del self._idle[: len(self._idle) - self.kept]
            self._made = len(self._idle)

    def close(self) -> None:
        """Keep nothing any more."""
        self._closed = True
        if self._look is not None:
            self._look.stop()
            self._look = None


class _Turn:
    """A caller in the queue; it owns `slot` from the moment that it is set."""

    def __init__(self) -> None:
        self.come = Completion()
        self.slot: Slot | None = None


def limit_of(config: PoolConfig) -> int:
    """Give the number of calls that may run side by side."""
    if config.type == "inline":
        return 1
    if config.type == "static" or (not config.type and config.workers > 0):
        return config.workers or config.size or _DEFAULT_WORKERS
    if not config.type and config.size > 0 and not config.max_size:
        return config.size
    return config.max_size or _DEFAULT_MAX


def kept_of(config: PoolConfig) -> int | None:
    """Give the number of instances that stay when nobody calls; None for all."""
    if config.type == "adaptive":
        return 1
    if config.type == "lazy" or (not config.type and not config.workers and (not config.size or config.max_size)):
        return 0
    return None
