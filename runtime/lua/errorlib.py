"""The global `errors`: structured errors from Lua (documentation page lua/core/errors)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua.args import bad_argument, type_name
from runtime.lua.errors import Error, Frame, Kind
from runtime.lua.frames import running_lua_frame, stack_of
from runtime.lua.table import Table

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue, Results

_KINDS = {name: value for name, value in vars(Kind).items() if name.isupper()}
_DETAIL_DEPTH = 64


def _here() -> tuple[Frame, ...]:
    return tuple(Frame(*place) for place in stack_of(running_lua_frame()))


def new(*args: LuaValue) -> Error:
    """errors.new(message | {message=, kind=, retryable=, details=})"""
    given = args[0] if args else None
    if type(given) is str:
        return Error(given, frames=_here())
    if isinstance(given, Error):
        return given
    if type(given) is not Table:
        raise bad_argument(1, "new", f"string or table expected, got {type_name(given)}")
    message, kind = given.get("message"), given.get("kind")
    if message is None:
        raise bad_argument(1, "new", "message field is required")
    if type(message) is not str:
        raise bad_argument(1, "new", "message must be a string")
    if kind is not None and type(kind) is not str:
        raise bad_argument(1, "new", f"kind must be a string, got {type_name(kind)}")
    retryable, details = given.get("retryable"), given.get("details")
    if type(details) is Table:
        details = _copied(details)
    else:
        details = None
    return Error(
        message, kind or "", retryable=retryable if type(retryable) is bool else None, details=details, frames=_here()
    )


def _copied(details: Table) -> Table | None:
    """Copy details, so that later changes of the table do not reach the error; an empty table is as good as none."""
    copy = _copied_part(details, 0, {})
    return copy if type(copy) is Table and (copy.array or copy.hash) else None


def _copied_part(value: LuaValue, depth: int, seen: dict[int, Table | None]) -> LuaValue:
    """Copy a part of details; what it holds twice is copied once, a table inside itself is left out."""
    if type(value) is not Table:
        return value if value is None or type(value) in (str, int, float, bool) else None
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = None
    copy = Table()
    copy.keyed = value.keyed
    if depth < _DETAIL_DEPTH:
        for key, item in value.items():
            if type(key) in (str, int, float, bool):
                copy.set(key, _copied_part(item, depth + 1, seen))
    seen[id(value)] = copy
    return copy


def wrap(*args: LuaValue) -> Error:
    """errors.wrap(error, context): keeps kind, retryable, details and message."""
    parent = args[0] if args else None
    context = args[1] if len(args) > 1 else None
    if type(parent) is str:
        parent = Error(parent, frames=_here())
    if not isinstance(parent, Error):
        raise bad_argument(1, "wrap", f"error or string expected, got {type_name(parent)}")
    text = context.full_text() if isinstance(context, Error) else context
    if type(text) is not str:
        raise bad_argument(2, "wrap", f"string expected, got {type_name(context)}")
    return Error(
        parent.message,
        parent.kind,
        retryable=parent.retryable,
        details=parent.details,
        context=(text, *parent.context),
        frames=parent.frames,
        cause=parent,
    )


def is_(*args: LuaValue) -> bool:
    """errors.is(value, kind)"""
    value = args[0] if args else None
    return isinstance(value, Error) and len(args) > 1 and value.kind == args[1]


def call_stack(*args: LuaValue) -> LuaValue:
    """errors.call_stack(error): {thread, frames = {{level, source, line, name, type}}}, nil when it is no error."""
    value = args[0] if args else None
    if not isinstance(value, Error):
        return None
    frames = [
        Table.from_dict({"level": level, "source": frame.source, "line": frame.line, "name": frame.name, "type": "Lua"})
        for level, frame in enumerate(value.frames, 1)
    ]
    return Table.from_dict({"thread": "main", "frames": Table.from_list(frames)})


def _method(name: str, read: LuaFunction) -> LuaFunction:
    def method(value: LuaValue = None, *_: LuaValue) -> Results:
        if not isinstance(value, Error):
            raise bad_argument(1, name, f"error expected, got {type_name(value)}; call it with ':'")
        return read(value)

    return method


Error.lua_methods = {
    "kind": _method("kind", lambda error: error.kind),
    "message": _method("message", lambda error: error.message),
    "retryable": _method("retryable", lambda error: error.retryable),
    "details": _method("details", lambda error: None if error.details is None else _copied(error.details)),
    "stack": _method("stack", lambda error: error.stack_text()),
}


def library() -> Table:
    """Give the frozen `errors` table."""
    table = Table.from_dict({"new": new, "wrap": wrap, "is": is_, "call_stack": call_stack, **_KINDS})
    table.frozen = True
    return table
