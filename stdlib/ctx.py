"""The `ctx` module: values that callers have given to the running function or process (page lua/core/context)."""

from runtime.binding import Failure, Kind, LuaString, LuaValue, Module, Table
from runtime.process import current
from runtime.process.transfer import copy_value

module = Module("ctx", classes=("nondeterministic", "workflow"))


@module.function
def get(key: LuaString) -> LuaValue:
    """Give a value; Invalid for an empty key, NotFound for one that nobody has set."""
    if not key:
        raise Failure(Kind.INVALID, "the key is empty")
    values = current.context().values
    if key not in values:
        raise Failure(Kind.NOT_FOUND, f"no context value has the key '{key}'")
    return copy_value(values[key])


@module.function(name="all")
def all_() -> LuaValue:
    """Give all values by key."""
    return Table.from_dict({key: copy_value(value) for key, value in current.context().values.items()})
