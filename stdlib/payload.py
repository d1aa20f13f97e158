"""The global `payload`: values with a format, as messages and futures carry them."""

from runtime.binding import LuaValue, Module
from runtime.process.message import Payload
from runtime.process.transfer import copy_value

module = Module("payload", deterministic=True)


@module.function
def new(value: LuaValue = None) -> LuaValue:
    """Wrap a value."""
    return Payload(copy_value(value))
