"""Channels between the coroutines of one process (documentation page lua/core/channel; semantics section 3)."""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, Final

from runtime.binding import method
from runtime.lua.errors import Error, Kind, fault
from runtime.lua.types import LuaValue
from runtime.lua.userdata import Userdata
from runtime.process import traps
from runtime.process.tasks import Task, current_task

UNBOUNDED = -1
# What a channel holds in place of a buffer or a line until there is something in it: an idle process should be small.
_NONE: Final = ()


class Waiter:
    """A task that waits for one thing or, in a select, for several; whoever wakes it first wins."""

    __slots__ = ("done", "task")

    def __init__(self, task: Task | None) -> None:
        if task is None:
            raise fault("a channel can only be waited on in a process")
        self.task = task
        self.done = False

    def is_gone(self) -> bool:
        """Tell whether it has been woken, or its process has ended."""
        return self.done or self.task.dead

    def wake(self, value: Any) -> None:
        """Let the task go on with a value; only the first time counts."""
        if not self.done:
            self.done = True
            self.task.process.node.scheduler.ready(self.task, value)


class _Listener:
    """Host code that wants to know when its value was taken."""

    __slots__ = ("_taken",)

    def __init__(self, taken: Callable[[], object]) -> None:
        self._taken = taken

    def is_gone(self) -> bool:
        return False

    def wake(self, _value: Any) -> None:
        self._taken()


class Case(Userdata):
    """One arm of a select: receive from a channel, or send a value to it."""

    __slots__ = ("channel", "sends", "value")
    lua_name = "channel.case"

    def __init__(self, channel: "Channel", *, sends: bool = False, value: LuaValue = None) -> None:
        self.channel = channel
        self.sends = sends
        self.value = value


class _Place:
    """Where somebody stands in the line before a channel.

    `waiter` is None for a value that was posted: nobody waits for it to be taken. `case` is None outside a select.
    """

    __slots__ = ("case", "value", "waiter")

    def __init__(self, waiter: Waiter | _Listener | None, case: Case | None = None, value: LuaValue = None) -> None:
        self.waiter = waiter
        self.case = case
        self.value = value

    def is_gone(self) -> bool:
        return self.waiter is not None and self.waiter.is_gone()

    def wake(self, value: LuaValue, *, ok: bool) -> None:
        if self.waiter is not None:
            self.waiter.wake((self.case, value, ok))


class Channel(Userdata):
    """A queue of values with room for `capacity` of them.

    With a capacity of 0 sender and receiver meet; UNBOUNDED never holds a sender up. `receivers` and `senders` are the
    lines of those who wait, oldest first. Posted values may make the line of senders very long, so it is a dictionary,
    which a select can leave at once; receivers are no more than the process has coroutines.
    """

    __slots__ = ("buffer", "capacity", "closed", "receivers", "senders")
    lua_name = "channel"

    def __init__(self, capacity: int = 0) -> None:
        self.capacity = capacity
        self.buffer: deque[LuaValue] | tuple[()] = _NONE
        self.receivers: list[_Place] | tuple[()] = _NONE
        self.senders: OrderedDict[_Place, None] | tuple[()] = _NONE
        self.closed = False

    # --- what never waits ---------------------------------------------------------------------------------------------

    def send_nowait(self, value: LuaValue) -> bool:
        """Hand a value to a waiting receiver or put it in the buffer; False when the channel is full or closed."""
        if self.closed:
            return False
        while self.receivers:
            place = self.receivers.pop(0)
            if not place.is_gone():
                place.wake(value, ok=True)
                return True
        if self.capacity == UNBOUNDED or len(self.buffer) < self.capacity:
            self._keep(value)
            return True
        return False

    def _keep(self, value: LuaValue) -> None:
        """Put a value at the end of the buffer."""
        if isinstance(self.buffer, tuple):
            self.buffer = deque()
        self.buffer.append(value)

    def join(self, place: _Place, *, sends: bool) -> None:
        """Stand at the end of a line."""
        if sends:
            if isinstance(self.senders, tuple):
                self.senders = OrderedDict()
            self.senders[place] = None
        else:
            if isinstance(self.receivers, tuple):
                self.receivers = []
            self.receivers.append(place)

    def leave(self, place: _Place, *, sends: bool) -> None:
        """Leave a line, if still in it."""
        if sends:
            if not isinstance(self.senders, tuple):
                self.senders.pop(place, None)
        elif not isinstance(self.receivers, tuple) and place in self.receivers:
            self.receivers.remove(place)

    def post(self, value: LuaValue) -> None:
        """Send without waiting: for lack of room the value stands in line like a sender; a closed channel drops it."""
        if not self.closed and not self.send_nowait(value):
            self.join(_Place(None, None, value), sends=True)

    def offer(self, value: LuaValue, taken: Callable[[], object]) -> bool:
        """Send for host code: True when there was room, or the channel is closed and drops it.

        Else the value stands in line, and `taken` is called when it has left it.
        """
        if self.closed or self.send_nowait(value):
            return True
        self.join(_Place(_Listener(taken), None, value), sends=True)
        return False

    def receive_nowait(self) -> tuple[LuaValue, bool] | None:
        """Take a value: (value, True), or (None, False) from a closed channel; None when nothing is there."""
        if self.buffer:
            value = self.buffer.popleft()
            self._refill()
            return value, True
        place = self._next_sender()
        if place is not None:
            place.wake(place.value, ok=True)
            return place.value, True
        return (None, False) if self.closed else None

    def _next_sender(self) -> _Place | None:
        while self.senders:
            place, _ = self.senders.popitem(last=False)
            if not place.is_gone():
                return place
        return None

    def _refill(self) -> None:
        while self.senders and len(self.buffer) < self.capacity:
            place = self._next_sender()
            if place is not None:
                self._keep(place.value)
                place.wake(place.value, ok=True)

    @method
    def close(self) -> None:
        """Close: receivers get what is buffered, then nil and false; waiting senders an error. Again without effect."""
        if self.closed:
            return
        self.closed = True
        while self.receivers:
            self.receivers.pop(0).wake(None, ok=False)
        while self.senders:
            place, _ = self.senders.popitem(last=False)
            if place.waiter is None:
                self._keep(place.value)
            place.wake(place.value, ok=False)

    # --- what waits ---------------------------------------------------------------------------------------------------

    @method
    def send(self, value: LuaValue = None) -> LuaValue:
        """Send, waiting for room: True, or (None, error) when it is closed meanwhile; raise when it is closed."""
        if self.closed:
            raise fault("send on closed channel")
        if self.send_nowait(value):
            return True
        self.join(_Place(Waiter(current_task()), None, value), sends=True)
        _, _, ok = traps.wait()
        return True if ok else (None, Error("send on closed channel", Kind.INVALID, retryable=False))

    @method
    def receive(self) -> tuple[LuaValue, bool]:
        """Receive, waiting for a value: (value, True), or (None, False) when the channel is closed and empty."""
        taken = self.receive_nowait()
        if taken is not None:
            return taken
        self.join(_Place(Waiter(current_task())), sends=False)
        _, value, ok = traps.wait()
        return value, ok

    @method
    def case_send(self, value: LuaValue = None) -> Case:
        """Make an arm of a select that sends."""
        return Case(self, sends=True, value=value)

    @method
    def case_receive(self) -> Case:
        """Make an arm of a select that receives."""
        return Case(self)


def select(cases: list[Case], *, default: bool) -> tuple[Case, LuaValue, bool] | None:
    """Carry out the first case that is ready, in order.

    When none is: give None where there is a default, else wait for the first that can be carried out.
    """
    for case in cases:
        ready = _try(case)
        if ready is not None:
            return case, *ready
    if default:
        return None
    waiter = Waiter(current_task())
    places = [(case, _Place(waiter, case, case.value)) for case in cases]
    for case, place in places:
        case.channel.join(place, sends=case.sends)
    chosen: tuple[Case, LuaValue, bool] = traps.wait()
    for case, place in places:
        case.channel.leave(place, sends=case.sends)
    if chosen[0].sends and not chosen[2]:
        raise fault("send on closed channel")
    return chosen


def _try(case: Case) -> tuple[LuaValue, bool] | None:
    """Carry out one case if it is ready."""
    channel = case.channel
    if not case.sends:
        return channel.receive_nowait()
    if channel.closed:
        raise fault("send on closed channel")
    return (case.value, True) if channel.send_nowait(case.value) else None
