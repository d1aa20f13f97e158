"""How the functions of modules are written down: `get(key: string, ttl?: number = 0) -> boolean`."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from typing import TYPE_CHECKING, Any

from runtime.binding import Bytes, Callback, LuaString, LuaValue, Table, Text, Userdata
from runtime.lua.errors import Error

if TYPE_CHECKING:
    from runtime.binding.wrapper import Wrapper

_NAMES: dict[Any, str] = {
    Text: "string",
    LuaString: "string",
    Bytes: "string",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    Table: "table",
    Callback: "function",
    Userdata: "userdata",
    Error: "error",
    LuaValue: "any",
    object: "any",
    type(None): "nil",
}


def signature(wrapper: Wrapper, prefix: str) -> str:
    """Write down how a function is called; `prefix` stands before its name."""
    hints = _hints(wrapper)
    parameters = []
    for parameter in inspect.signature(wrapper.body).parameters.values():
        if parameter.name == "self" and wrapper.owner is not None:
            continue
        hint = hints[parameter.name]
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            parameters.append("...")
            continue
        optional = parameter.default is not inspect.Parameter.empty
        text = f"{parameter.name.rstrip('_')}{'?' if optional else ''}: {type_name(_given(hint))}"
        if optional and parameter.default is not None:
            text += f" = {_literal(parameter.default)}"
        parameters.append(text)
    result = hints.get("return")
    arrow = "" if result in (None, type(None)) else f" -> {_results(result)}"
    return f"{prefix}{wrapper.options.name}({', '.join(parameters)}){arrow}"


def _hints(wrapper: Wrapper) -> dict[str, Any]:
    """Evaluate annotations as the binding does: in their module, where a method's class is known by its name."""
    scope = dict(vars(sys.modules[wrapper.body.__module__]))
    if wrapper.owner is not None:
        scope.setdefault(wrapper.owner.__name__, wrapper.owner)
    return typing.get_type_hints(wrapper.body, scope)


def _given(hint: Any) -> Any:
    """Leave nil out of what a parameter takes: the question mark says it."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(hint) if part is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _results(hint: Any) -> str:
    if typing.get_origin(hint) is tuple:
        return ", ".join(type_name(part) for part in typing.get_args(hint) if part is not Ellipsis)
    return type_name(hint)


def type_name(hint: Any) -> str:
    """Give the name by which Lua knows a type."""
    try:
        known = _NAMES.get(hint)
    except TypeError:
        known = None
    if known is not None:
        return known
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = [type_name(part) for part in typing.get_args(hint) if part is not type(None)]
        return " | ".join(parts) + ("?" if type(None) in typing.get_args(hint) else "")
    if isinstance(hint, type) and issubclass(hint, Userdata):
        return hint.lua_name
    return "any"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
