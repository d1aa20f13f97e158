"""Messages and payloads as Lua sees them."""

from dataclasses import dataclass

from runtime.binding import Text, method
from runtime.lua.errors import Error
from runtime.lua.table import Table
from runtime.lua.types import LuaValue
from runtime.lua.userdata import Userdata
from runtime.process import formats
from runtime.process.pid import Pid
from runtime.process.transfer import copy_value


class Payload(Userdata):
    """A value with its format; immutable, for whoever takes the data gets a copy.

    `value` is what the format says: a Lua value, or a string of JSON, YAML and so on.
    """

    __slots__ = ("format", "value")
    lua_name = "payload"
    transferable = True

    def __init__(self, value: LuaValue, format: str | None = None) -> None:  # noqa: A002  (what Lua calls it)
        self.value = value
        self.format = format or (formats.ERROR if isinstance(value, Error) else formats.LUA)

    def lua_tostring(self) -> str:
        """Name the format."""
        return f"payload{{format={self.format}}}"

    @method
    def data(self) -> LuaValue:
        """Give a copy of the value, decoded where the format is one of text or bytes; Internal when it cannot be."""
        return copy_value(formats.read(self.value, self.format))

    @method
    def unmarshal(self) -> LuaValue:
        """Give a copy of the value, as `data` does."""
        return self.data()

    @method
    def transcode(self, wanted: Text) -> LuaValue:
        """Give the value as a payload of another format; Internal when that cannot express it."""
        if wanted == self.format:
            return self
        return Payload(formats.write(formats.read(self.value, self.format), wanted), wanted)

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
