"""The module `events`: tell of what happens, and hear of it (documentation page lua/core/events)."""

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.text import encode
from runtime.events.bus import Event
from runtime.events.bus import Subscription as Place
from runtime.node import current as node
from runtime.process import current
from runtime.process.access import demand
from runtime.process.channel import UNBOUNDED, Channel
from runtime.process.transfer import copy_value

module = Module(
    "events",
    classes=("io", "nondeterministic"),
    permissions={
        "events.subscribe": "the system",
        "events.send": "the system",
    },
)


@module.handle("events.Subscription")
class Subscription(Userdata):
    """Events on their way to a process; it ends with the process."""

    __slots__ = ("_channel", "_forget", "_place")

    def __init__(self, system: str, kind: str) -> None:
        self._channel = Channel(UNBOUNDED)
        self._place: Place | None = node().events.subscribe(system, kind, self._deliver)
        self._forget = current.on_exit(self._leave)

    def _deliver(self, event: Event) -> None:
        self._channel.post(_table(event))

    def _leave(self) -> None:
        if self._place is not None:
            node().events.unsubscribe(self._place)
            self._place = None

    @method
    def channel(self) -> LuaValue:
        """Give the channel of the events."""
        return self._channel

    @method
    def close(self) -> bool:
        """End the subscription and close the channel; again without effect."""
        self._leave()
        self._forget()
        self._channel.close()
        return True


def _table(event: Event) -> Table:
    """Make what a subscriber receives, a copy of its own."""
    fields = {"system": encode(event.system), "kind": encode(event.kind), "path": encode(event.path)}
    return Table.from_dict({**fields, "data": copy_value(event.data)})


@module.function
def subscribe(system: Text, kind: Text | None = None) -> LuaValue:
    """Hear of the events of a system, of one kind or of all; a star at the end fits any continuation."""
    _need("system pattern", system)
    demand("events.subscribe", system, f"not allowed to subscribe to events of system '{system}'", Kind.INVALID)
    if current.process() is None:
        raise Failure(Kind.INTERNAL, "no process is running here that could receive events")
    return Subscription(system, kind or "")


@module.function
def send(system: Text, kind: Text, path: Text, data: LuaValue = None) -> LuaValue:
    """Tell of an event."""
    _need("system", system)
    _need("kind", kind)
    _need("path", path)
    demand("events.send", system, f"not allowed to send events as system '{system}'", Kind.INVALID)
    node().events.send(Event(system, kind, path, copy_value(data)))
    return True


def _need(what: str, given: str) -> None:
    if not given:
        raise Failure(Kind.INVALID, f"the {what} is required")
