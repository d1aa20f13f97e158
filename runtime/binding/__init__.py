"""Declare Lua modules and host objects in Python; the only place where Lua strings and Python text meet.

    module = Module("greet", deterministic=True)

    @module.function
    def hello(name: Text, times: int = 1) -> Text:
        return f"hello {name}" * times

Arguments are checked and converted by their annotations (`runtime.binding.convert`), results by theirs. `raise
Failure(...)` gives the pair `nil, error`; any other Python exception is raised as an error of kind Internal, with the
traceback in the log.
"""

from runtime.binding.convert import Bytes, Callback, LuaString, Text, to_lua, to_python
from runtime.binding.failure import Failure
from runtime.binding.hooks import breathe
from runtime.binding.module import Module, method
from runtime.lua.errors import Error, Kind
from runtime.lua.table import Table
from runtime.lua.types import LuaValue
from runtime.lua.userdata import Userdata

__all__ = [
    "Bytes",
    "Callback",
    "Error",
    "Failure",
    "Kind",
    "LuaString",
    "LuaValue",
    "Module",
    "Table",
    "Text",
    "Userdata",
    "breathe",
    "method",
    "to_lua",
    "to_python",
]
