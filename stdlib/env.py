"""The `env` module: environment variables that entries declare (documentation page lua/system/env)."""

from runtime.binding import Failure, Kind, LuaValue, Module, Text, to_lua
from runtime.env.variables import undeclared
from runtime.node import current as node
from runtime.process import current
from runtime.process.access import is_allowed, permit

module = Module(
    "env",
    classes=("process", "nondeterministic"),
    permissions={
        "env.get": "the name of the variable",
        "env.set": "the name of the variable",
    },
)


def _namespace() -> str:
    """Give the namespace of the running entry, in which variables may be named without theirs."""
    process = current.process()
    return process.source.partition(":")[0] if process is not None else ""


def _demand(key: str) -> str:
    if not key:
        raise Failure(Kind.INVALID, "the name of the variable is empty")
    return key


@module.function(blocks=True)
def get(key: Text) -> Text:
    """Give the value of a variable, or its default; NotFound when it has neither or is not declared."""
    env = node().env
    permit("env.get", _demand(key))
    value = env.lookup(key, _namespace())
    if value is not None:
        return Text(value)
    if env.find(key, _namespace()) is None:
        raise undeclared(key)
    raise Failure(Kind.NOT_FOUND, f"environment variable '{key}' is not set and has no default")


@module.function(name="set", blocks=True)
def set_(key: Text, value: Text) -> LuaValue:
    """Give a variable a value."""
    permit("env.set", _demand(key))
    node().env.set(key, value, _namespace())
    return True


@module.function(blocks=True)
def get_all() -> LuaValue:
    """Give all variables that have a value and may be read, by name; those without a public name by id."""
    return to_lua({name: value for name, value in node().env.values() if is_allowed("env.get", name)})
