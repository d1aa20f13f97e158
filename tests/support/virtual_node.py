"""A node whose time stands still while anything can run, and jumps to the next timer when nothing can."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from typing import TYPE_CHECKING, Any

import gevent
from lua_node import LuaNode

from runtime.process import timing
from runtime.process.timing import Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LIMIT = 10_000.0  # virtual seconds in which nothing came to pass


class VirtualClock(Clock):
    """Timers in order of their time; those of the same time in order of their start."""

    def __init__(self) -> None:
        self.time = 0.0
        self._due: list[tuple[float, int, _Watcher]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self.time

    def wall(self) -> int:
        return round((1_700_000_000 + self.time) * 1e9)

    def watcher(self, seconds: float) -> _Watcher:
        return _Watcher(self, seconds)

    def put(self, watcher: _Watcher) -> None:
        heapq.heappush(self._due, (self.time + watcher.seconds, next(self._numbers), watcher))

    def jump(self) -> bool:
        """Go to the next timer and let it fire; False when there is none."""
        while self._due:
            time, _, watcher = heapq.heappop(self._due)
            if watcher.callback is not None:
                self.time = max(self.time, time)
                watcher.callback()
                return True
        return False


class _Watcher:
    """Stands for a timer of the event loop."""

    def __init__(self, clock: VirtualClock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.callback: Callable[[], None] | None = None

    def start(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.clock.put(self)

    def stop(self) -> None:
        self.callback = None

    close = stop


class ShuffledQueue(deque[Any]):
    """A run queue that gives any of its processes the next turn."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance

    def popleft(self) -> Any:
        self.rotate(-self.chance.randrange(len(self)))
        return super().popleft()


class VirtualNode(LuaNode):
    """A node on a virtual clock, without preemption; `shuffle` gives the turns by chance."""

    def __init__(self, directory: Path) -> None:
        self.clock = VirtualClock()
        self._former = timing.use(self.clock)
        super().__init__(directory)
        self.node.preemption.stop()

    def shuffle(self, seed: int) -> None:
        """Give the turns from now on in an order that the seed decides."""
        self.node.scheduler.queue = ShuffledQueue(random.Random(seed))

    def settle(self) -> None:
        """Let everything go on that can without time passing."""
        scheduler = self.node.scheduler
        calm = 0
        while calm < 2:
            gevent.idle()
            calm = 0 if scheduler.queue or scheduler.hungry else calm + 1

    def drive(self, until: Callable[[], bool]) -> None:
        """Let time pass until something holds."""
        limit = self.clock.time + _LIMIT
        self.settle()
        while not until():
            assert self.clock.jump(), "everything waits, and no timer is set"
            assert self.clock.time < limit, "it does not come to pass"
            self.settle()

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass."""
        over: list[bool] = []
        timing.start_timer(seconds, lambda: over.append(True))
        self.drive(lambda: bool(over))

    def carry_out(self, work: Callable[[], Any]) -> Any:
        """Run what waits in a greenlet of its own while time passes; give its result."""
        greenlet = gevent.spawn(work)
        self.drive(lambda: greenlet.dead)
        return greenlet.get()

    def run(self, body: str, *arguments: Any, timeout: float = 1000.0) -> Any:
        return self.carry_out(lambda: LuaNode.run(self, body, *arguments, timeout=timeout))

    def close(self) -> None:
        try:
            self.carry_out(super().close)
        finally:
            timing.use(self._former)
