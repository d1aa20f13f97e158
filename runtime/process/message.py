"""Messages and payloads as Lua sees them."""

from dataclasses import dataclass

from runtime.binding import Text, method
from runtime.lua.errors import Error
from runtime.lua.table import Table
from runtime.lua.types import LuaValue
from runtime.lua.userdata import Userdata
from runtime.process.pid import Pid
from runtime.process.transfer import copy_value

LUA_FORMAT = "lua/any"
ERROR_FORMAT = "golang/error"


class Payload(Userdata):
    """A value with its format; immutable, for whoever takes the data gets a copy."""

    __slots__ = ("format", "value")
    lua_name = "payload"
    transferable = True

    def __init__(self, value: LuaValue) -> None:
        self.value = value
        self.format = ERROR_FORMAT if isinstance(value, Error) else LUA_FORMAT

    @method
    def data(self) -> LuaValue:
        """Give a copy of the value."""
        return copy_value(self.value)

    @method
    def unmarshal(self) -> LuaValue:
        """Give a copy of the value; the formats that need decoding arrive with the modules that make them."""
        return copy_value(self.value)

    @method
    def get_format(self) -> Text:
        """Give the name of the format."""
        return Text(self.format)


@dataclass(slots=True)
class Envelope:
    """A message on its way: values are copies that belong to the receiver alone."""

    sender: Pid | None
    topic: str
    values: tuple[LuaValue, ...]

    def raw(self) -> LuaValue:
        """Give the values as a listener without message objects sees them: nil, the value, or a list."""
        if len(self.values) == 1 and not isinstance(self.values[0], Payload):
            return self.values[0]
        values = [value.data() if isinstance(value, Payload) else value for value in self.values]
        if len(values) == 1:
            return values[0]
        return Table.from_list(values) if values else None


class Message(Userdata):
    """What an inbox gives: topic, sender and payload."""

    __slots__ = ("envelope",)
    lua_name = "message"

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope

    @method
    def topic(self) -> Text:
        """Give the topic."""
        return Text(self.envelope.topic)

    @method(name="from")
    def sender(self) -> Text:
        """Give the pid of the sender; empty when nobody sent it."""
        return Text(str(self.envelope.sender) if self.envelope.sender is not None else "")

    @method
    def payload(self) -> LuaValue:
        """Give the payload object, a list of them where there are several, nil where there is none."""
        payloads = [value if isinstance(value, Payload) else Payload(value) for value in self.envelope.values]
        if len(payloads) == 1:
            return payloads[0]
        return Table.from_list(payloads) if payloads else None
