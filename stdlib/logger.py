"""The `logger` module: structured records with the place and process that wrote them (page lua/system/logger).

The module is itself a logger: `logger:info("text", {...})`; the form with a dot works too. Fields may be anything.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Userdata, method, to_python
from runtime.binding.text import decode
from runtime.lua.frames import running_lua_frame
from runtime.lua.operators import tostring
from runtime.process.current import process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

module = Module("logger", classes=("io", "workflow"))
sink = logging.getLogger("wippy.app")


class Logger(Userdata):
    """Writes records with fields and a name of its own; immutable."""

    __slots__ = ("_fields", "_name")

    def __init__(self, name: str = "", fields: Mapping[str, Any] | None = None) -> None:
        self._name = name
        self._fields = fields or {}

    def write(self, level: int, message: LuaValue, fields: LuaValue) -> None:
        """Write a record of one of Python's levels."""
        if not sink.isEnabledFor(level):
            return
        running = process()
        if running is not None and running.run is not None and running.run.replaying:
            return  # it was written the first time
        frame = running_lua_frame()
        extra = {
            "fields": {**self._fields, **plain_fields(fields)},
            "topic": self._name,
            "pid": str(running.pid) if running is not None else "",
            "location": f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "",
        }
        sink.log(level, "%s", _text(message), extra=extra)

    @method
    def debug(self, message: LuaValue = None, fields: LuaValue = None) -> None:
        """Write a record for those who look for a mistake."""
        self.write(logging.DEBUG, message, fields)

    @method
    def info(self, message: LuaValue = None, fields: LuaValue = None) -> None:
        """Write a record of normal work."""
        self.write(logging.INFO, message, fields)

    @method
    def warn(self, message: LuaValue = None, fields: LuaValue = None) -> None:
        """Write a record of something that is not as it should be."""
        self.write(logging.WARNING, message, fields)

    @method
    def error(self, message: LuaValue = None, fields: LuaValue = None) -> None:
        """Write a record of a failure."""
        self.write(logging.ERROR, message, fields)

    @method
    def with_(self, fields: LuaValue = None) -> Logger:
        """Give a logger that adds fields to every record."""
        return Logger(self._name, {**self._fields, **plain_fields(fields)})

    @method
    def named(self, name: LuaValue = None) -> Logger:
        """Give a logger with a name, behind that of this one and a dot; Invalid for an empty name."""
        if not isinstance(name, str) or not name:
            raise Failure(Kind.INVALID, "a logger's name must be a string that is not empty")
        return Logger(f"{self._name}.{decode(name)}" if self._name else decode(name), self._fields)


module.handle("logger.Logger")(Logger)  # not as a decorator: its methods name the class


def plain_fields(fields: LuaValue) -> dict[str, Any]:
    """Read the fields of a record: a table by name; a list, or anything but a table, becomes the field `value`."""
    if fields is None:
        return {}
    try:
        if isinstance(fields, Table):
            return {_text(key): to_python(value) for key, value in fields.items()}
        return {"value": to_python(fields)}
    except Failure as failure:  # nested too deep, or contains itself
        return {"fields": failure.message}


def _text(value: LuaValue) -> str:
    return decode(value if isinstance(value, str) else tostring(value))


_root = Logger()


def _declare(name: str, call: Callable[..., LuaValue]) -> None:
    """Declare a function of the module, which may be called with the module before the arguments or without."""

    def function(*arguments: LuaValue) -> LuaValue:
        own = arguments[1:] if arguments and arguments[0] is module.table() else arguments
        return call(*own[:2])

    module.function(name=name)(function)


_declare("debug", _root.debug)
_declare("info", _root.info)
_declare("warn", _root.warn)
_declare("error", _root.error)
_declare("with", _root.with_)
_declare("named", _root.named)
