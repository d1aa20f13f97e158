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

    `deterministic`: a workflow may load it. `classes` say what it reaches (page lua/dynamic/eval): code evaluated
    at run time gets no module of the classes `process`, `storage` and `network` unless that is allowed, and none
    without a class. Declarations are collected at import; `table()` makes the frozen table, which all processes share.
    """

    name: str
    deterministic: bool = False
    classes: tuple[str, ...] = ()
    members: dict[str, LuaValue] = field(default_factory=dict)
    _bound: list[_Bound] = field(default_factory=list)
    _table: Table | None = None

    @overload
    def function(self, body: F, /) -> F: ...
    @overload
    def function(self, /, *, name: str | None = ..., blocks: bool = ..., raises: bool = ...) -> Callable[[F], F]: ...
    def function(
        self,
        body: Callable[..., object] | None = None,
        /,
        *,
        name: str | None = None,
        blocks: bool = False,
        raises: bool = False,
    ) -> object:
        """Declare a function of the module; its Lua name is the Python name without a trailing underscore."""

        def declare(target: F) -> F:
            lua_name = name or target.__name__.rstrip("_")
            self.members[lua_name] = self._bind(target, Options(lua_name, blocks, raises))
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
                        methods[options.name] = self._bind(member, options, target)
            target.lua_name = lua_name
            target.lua_methods = methods
            return target

        return declare

    def _bind(self, body: Callable[..., object], options: Options, owner: type[Userdata] | None = None) -> LuaFunction:
        bound = _Bound(body, options, owner)
        self._bound.append(bound)
        return bound.lua_function()

    def constants(self, values: Mapping[str, object]) -> None:
        """Add constants; nested mappings become frozen tables."""
        for key, value in values.items():
            self.members[key] = freeze(to_lua(value))

    @property
    def description(self) -> str:
        """What it is for, in a sentence: the first line of the docstring of the Python module that declares it."""
        # Classes may be declared elsewhere; a module without functions of its own has nothing but classes.
        bound = sorted(self._bound, key=lambda each: each.owner is not None)
        return bound[0].about.partition("\n")[0] if bound else ""

    def table(self) -> Table:
        """Give the frozen table of the module."""
        if self._table is None:
            for bound in self._bound:
                bound.plan()  # a mistake in an annotation shows now, not at a first call
            self._table = freeze(Table.from_dict(self.members))
        return self._table


def freeze(value: LuaValue) -> LuaValue:
    """Freeze a table and the tables in it; other values are immutable already."""
    if isinstance(value, Table):
        for _, item in value.items():  # noqa: PERF102  (a Lua table has no values())
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


class _Bound:
    """A Python function on its way to Lua: arguments and results are converted, failures become error results.

    `owner` is the class of a method. The annotations are read when they are first needed, for a method may name its own
    class, or one further down.
    """

    def __init__(self, body: Callable[..., object], options: Options, owner: type[Userdata] | None) -> None:
        self._body = body
        self._options = options
        self.owner = owner
        self._plan: _Plan | None = None

    @property
    def about(self) -> str:
        """The docstring of the Python module with the body."""
        return sys.modules[self._body.__module__].__doc__ or ""

    def plan(self) -> _Plan:
        """Read the annotations; raise TypeError or NameError for one that is not understood."""
        if self._plan is None:
            self._plan = _plan(self._body, self.owner)
        return self._plan

    def lua_function(self) -> LuaFunction:
        """Make the function that Lua code calls."""
        body, options, name = self._body, self._options, self._options.name
        plan: _Plan | None = None

        def call(*given: LuaValue) -> LuaValue:
            nonlocal plan
            if plan is None:
                plan = self.plan()
            try:
                results = plan.result(body(*plan.arguments(given, name)))
            except Failure as failure:
                if options.raises:
                    raise LuaError(failure.to_error()) from failure
                results = None, failure.to_error()
            except (LuaError, RecursionError, MemoryError):
                raise  # the program's own errors
            except Exception as broken:
                log.exception("module function %s failed", name)
                raise LuaError(Error(f"internal error in '{name}'; the log has the details", Kind.INTERNAL)) from broken
            if overdue is not None:
                overdue()
            return results

        call.__name__ = name
        return _interrupted(call) if options.blocks else call


# Gives the processor away; set by the timer of `runtime.process` when a program has had its share, until that is done.
overdue: Callable[[], None] | None = None


def breathe() -> None:
    """Let other processes run if the running one has had its share: for functions that compute for long."""
    if overdue is not None:
        overdue()


# Runs after a blocking function is done and before its caller goes on; set by `runtime.process`.
after_blocking: Callable[[], None] = lambda: None  # noqa: E731


def _interrupted(call: LuaFunction) -> LuaFunction:
    def blocking(*given: LuaValue) -> LuaValue:
        # `after_blocking` is looked up at each call: it is set when processes are there. It is no `finally`, for a
        # greenlet that is being ended must not wait for its turn.
        try:
            results = call(*given)
        except Exception:
            after_blocking()
            raise
        after_blocking()
        return results

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


def _plan(body: Callable[..., object], owner: type[Userdata] | None) -> _Plan:
    hints = _hints(body, owner)
    converters: list[ArgumentConverter] = []
    required: list[bool] = []
    defaults: list[object] = []
    rest: ArgumentConverter | None = None
    first = 1
    for parameter in inspect.signature(body).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            rest = argument_converter(hints[parameter.name])
            continue
        if parameter.name == "self" and owner is not None:
            first = 0
            converters.append(_check_self(owner))
        else:
            converters.append(argument_converter(hints[parameter.name]))
        has_default = parameter.default is not inspect.Parameter.empty
        required.append(not has_default)
        defaults.append(parameter.default if has_default else None)
    result = result_converter(hints.get("return"))
    return _Plan(tuple(converters), tuple(required), rest, result, tuple(defaults), first)


def _hints(body: Callable[..., object], owner: type[Userdata] | None) -> dict[str, object]:
    """Evaluate annotations in their module, where the class of a method is known even while it is being made."""
    module = sys.modules.get(body.__module__)
    scope = vars(module) if module is not None else {}
    own = {owner.__name__: owner} if owner is not None else {}
    return {
        name: eval(value, scope, own) if isinstance(value, str) else value  # noqa: S307  (our own source)
        for name, value in body.__annotations__.items()
    }


def _check_self(owner: type[Userdata]) -> ArgumentConverter:
    """Check the object of a method call, for `db.query("x")` passes a string where the object belongs."""

    def check(value: LuaValue, _position: int, function: str) -> object:
        if not isinstance(value, owner):
            given = args.type_name(value)
            raise args.bad_argument(0, function, f"{owner.lua_name} expected, got {given}; call it with ':'")
        return value

    return check
