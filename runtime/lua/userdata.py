"""The base of every host object that Lua code can hold."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.lua.types import LuaFunction, LuaValue

_NO_METHODS: Mapping[str, LuaFunction] = {}


class Userdata:
    """An object that Lua sees as userdata: only what `lua_methods` declares can be reached from Lua.

    Python attributes are never reachable; `lua_name` names the type in messages.
    """

    __slots__ = ("__weakref__",)

    lua_name = "userdata"
    # What `type(obj)` is: "userdata" for all but coroutines ("thread") and type values ("type").
    lua_type = "userdata"
    # What `obj.name` and `obj:name(...)` find: functions that take the object first. Filled by the binding layer.
    lua_methods = _NO_METHODS

    def lua_index(self, key: LuaValue) -> LuaValue:
        """Give what `self[key]` is in Lua; nil for what was not declared."""
        return self.lua_methods.get(key) if key.__class__ is str else None

    def lua_tostring(self) -> str:
        """Give what `tostring(self)` is in Lua."""
        return f"{self.lua_name}: 0x{id(self):012x}"
