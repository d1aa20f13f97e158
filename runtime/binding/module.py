"""Declarations: a Lua module, its functions, the classes of objects that it hands out."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, overload

from runtime.binding.convert import argument_converter, result_converter, to_lua
from runtime.binding.failure import Failure
from runtime.lua import args
from runtime.lua.errors import Error, Kind, LuaError
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.binding.convert import ArgumentConverter, ResultConverter
    from runtime.lua.types import LuaFunction, LuaValue

log = logging.getLogger("wippy.binding")
F = TypeVar("F", bound=Callable[..., object])
C = TypeVar("C", bound=type[Userdata])
_METHOD = "__lua_method__"


@dataclass(frozen=True)
class Options:
    """How a declared function behaves.

    `blocks`: it may let other processes run. `raises`: a failure is raised instead of returned as the second result.
    """

    name: str
    blocks: bool = False
    raises: bool = False


@dataclass
class Module:
    """A Lua module written in Python, as `modules:` names it and `require` gives it.

    `deterministic`: a workflow may load it. Declarations are collected at import; `table()` makes the frozen Lua table, which all
    processes share.
    """

    name: str
    deterministic: bool = False
    members: dict[str, LuaValue] = field(default_factory=dict)
    _table: Table | None = None

    @overload
    def function(self, body: F, /) -> F: ...
    @overload
    def function(self, *, name: str | None = ..., blocks: bool = ..., raises: bool = ...) -> Callable[[F], F]: ...
    def function(
        self, body: F | None = None, /, *, name: str | None = None, blocks: bool = False, raises: bool = False
    ) -> F | Callable[[F], F]:
        """Declare a function of the module; its Lua name is the Python name without a trailing underscore."""

        def declare(target: F) -> F:
            lua_name = name or target.__name__.rstrip("_")
            self.members[lua_name] = bind(target, Options(lua_name, blocks, raises))
            return target

        return declare if body is None else declare(body)

    def handle(self, lua_name: str) -> Callable[[C], C]:
        """Declare a class of objects that the module hands out; its methods are those marked with `@method`."""

        def declare(target: C) -> C:
            methods: dict[str, LuaFunction] = {}
            for base in reversed(target.__mro__):
                for member in vars(base).values():
                    options = getattr(member, _METHOD, None)
                    if options is not None:
                        methods[options.name] = bind(member, options)
            target.lua_name = lua_name
            target.lua_methods = methods
            return target

        return declare

    def constants(self, values: Mapping[str, object]) -> None:
        """Add constants; nested mappings become frozen tables."""
        for key, value in values.items():
            self.members[key] = freeze(to_lua(value))

    def table(self) -> Table:
        """Give the frozen table of the module."""
        if self._table is None:
            self._table = freeze(Table.from_dict(self.members))
        return self._table


def freeze(value: LuaValue) -> LuaValue:
    """Freeze a table and the tables in it; other values are immutable already."""
    if isinstance(value, Table):
        for _, item in value.items():
            freeze(item)
        value.frozen = True
    return value


@overload
def method(body: F, /) -> F: ...
@overload
def method(*, name: str | None = ..., blocks: bool = ..., raises: bool = ...) -> Callable[[F], F]: ...
def method(
    body: F | None = None, /, *, name: str | None = None, blocks: bool = False, raises: bool = False
) -> F | Callable[[F], F]:
    """Mark a method of a handle class as reachable from Lua."""

    def mark(target: F) -> F:
        setattr(target, _METHOD, Options(name or target.__name__.rstrip("_"), blocks, raises))
        return target

    return mark if body is None else mark(body)


def bind(body: Callable[..., object], options: Options) -> LuaFunction:
    """Wrap a Python function as a Lua function: arguments and results are converted, failures become error results."""
    plan = _plan(body)
    name = options.name

    def call(*given: LuaValue) -> LuaValue:
        try:
            return plan.result(body(*plan.arguments(given, name)))
        except Failure as failure:
            if options.raises:
                raise LuaError(failure.to_error()) from failure
            return None, failure.to_error()
        except LuaError:
            raise
        except Exception as broken:
            log.exception("module function %s failed", name)
            raise LuaError(Error(f"internal error in '{name}'", Kind.INTERNAL)) from broken

    call.__name__ = name
    return _interrupted(call) if options.blocks else call


# Runs after a blocking function is done and before its caller goes on; set by `runtime.process`.
after_blocking: Callable[[], None] = lambda: None  # noqa: E731


def _interrupted(call: LuaFunction) -> LuaFunction:
    def blocking(*given: LuaValue) -> LuaValue:
        try:
            return call(*given)
        finally:
            after_blocking()  # looked up at each call: set when processes are there

    blocking.__name__ = call.__name__
    return blocking


@dataclass(frozen=True)
class _Plan:
    """How to call a body: a converter for each positional parameter, one for the rest, defaults, and the result's."""

    converters: tuple[ArgumentConverter, ...]
    required: tuple[bool, ...]
    rest: ArgumentConverter | None
    result: ResultConverter
    defaults: tuple[object, ...]
    first: int  # 0 when the first parameter is `self`, so that positions count the arguments after it; else 1

    def arguments(self, given: tuple[LuaValue, ...], name: str) -> list[object]:
        values: list[object] = []
        for index, convert in enumerate(self.converters):
            value = given[index] if index < len(given) else None
            if value is None and not self.required[index]:
                values.append(self.defaults[index])
            else:
                values.append(convert(value, index + self.first, name))
        if self.rest is not None:
            start = len(self.converters)
            values.extend(
                self.rest(value, start + offset + self.first, name) for offset, value in enumerate(given[start:])
            )
        return values


def _plan(body: Callable[..., object]) -> _Plan:
    module = sys.modules.get(body.__module__)
    hints = {
        key: eval(value, vars(module)) if isinstance(value, str) and module else value  # noqa: S307  (our own source)
        for key, value in body.__annotations__.items()
    }
    converters: list[ArgumentConverter] = []
    required: list[bool] = []
    defaults: list[object] = []
    rest: ArgumentConverter | None = None
    first = 1
    for parameter in inspect.signature(body).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            rest = argument_converter(hints[parameter.name])
            continue
        if parameter.name == "self":
            first = 0
            converters.append(_check_self(body))
        else:
            converters.append(argument_converter(hints[parameter.name]))
        has_default = parameter.default is not inspect.Parameter.empty
        required.append(not has_default)
        defaults.append(parameter.default if has_default else None)
    result = result_converter(hints.get("return"))
    return _Plan(tuple(converters), tuple(required), rest, result, tuple(defaults), first)


def _check_self(body: Callable[..., object]) -> ArgumentConverter:
    """Check the object of a method call, for `db.query("x")` passes a string where the object belongs."""
    owner_name = body.__qualname__.rpartition(".")[0]
    owner: list[type] = []

    def check(value: LuaValue, _position: int, function: str) -> object:
        if not owner:
            owner.append(_resolve(body, owner_name))
        if not isinstance(value, owner[0]):
            expected = getattr(owner[0], "lua_name", owner_name)
            raise args.bad_argument(0, function, f"{expected} expected, got {args.type_name(value)}; call it with ':'")
        return value

    return check


def _resolve(body: Callable[..., object], qualified: str) -> type:
    found: object = sys.modules[body.__module__]
    for part in qualified.split("."):
        found = getattr(found, part)
    if not isinstance(found, type):
        raise TypeError(f"{qualified} is not a class")
    return found
