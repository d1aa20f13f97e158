"""The global `payload`: values with a format, as messages and futures carry them."""

from runtime.binding import LuaValue, Module
from runtime.process import formats
from runtime.process.message import Payload
from runtime.process.transfer import copy_value

module = Module("payload", deterministic=True, classes=("encoding", "deterministic"))


@module.function
def new(value: LuaValue = None) -> LuaValue:
    """Wrap a value."""
    return Payload(copy_value(value))


module.constants(
    {
        "format": {
            "JSON": formats.JSON,
            "YAML": formats.YAML,
            "STRING": formats.STRING,
            "BYTES": formats.BYTES,
            "MSGPACK": formats.MSGPACK,
            "LUA": formats.LUA,
            "GOLANG": formats.GOLANG,
            "ERROR": formats.ERROR,
        }
    }
)
