"""Pools of function instances (semantics 4.2): how many calls of one function run side by side."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from runtime.process.completion import Completion, Outcome

if TYPE_CHECKING:
    from runtime.code.codebase import Instance
    from runtime.code.unit import PoolConfig

_DEFAULT_MAX = 16
_DEFAULT_WORKERS = 8


class Slot:
    """The right to run one call; `instance` is empty until a first call has made it, and is kept for the next."""

    __slots__ = ("instance",)

    def __init__(self) -> None:
        self.instance: Instance | None = None


class Pool:
    """Slots of one generation of a function; the latest used is used again first, callers beyond the limit queue up."""

    def __init__(self, limit: int, generation: int) -> None:
        self.limit = limit
        self.generation = generation
        self.in_use = 0
        self._idle: list[Slot] = []
        self._made = 0
        self._waiting: deque[_Turn] = deque()

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
