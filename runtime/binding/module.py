"""Declarations: a Lua module, its functions, the classes of objects that it hands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, overload

from runtime.binding.convert import to_lua
from runtime.binding.wrapper import Options, Wrapper
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue

F = TypeVar("F", bound=Callable[..., object])
C = TypeVar("C", bound=type[Userdata])
_METHOD = "__lua_method__"


@dataclass
class Module:
    """A Lua module written in Python, as `modules:` names it and `require` gives it.

    `deterministic`: a workflow may load it. `classes` say what it reaches (page lua/dynamic/eval): code evaluated
    at run time gets no module of the classes `process`, `storage` and `network` unless that is allowed, and none
    without a class. `permissions` are the actions that its functions ask the scope of their caller about, each with
    what the resource is. Declarations are collected at import; `table()` makes the frozen table, which all processes
    share.
    """

    name: str
    deterministic: bool = False
    classes: tuple[str, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    members: dict[str, LuaValue] = field(default_factory=dict)
    # What people are told about: tables of functions within the module, and the classes of objects that it hands out.
    parts: dict[str, Module] = field(default_factory=dict)
    handles: list[type[Userdata]] = field(default_factory=list)
    _wrappers: list[Wrapper] = field(default_factory=list)
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
            self.handles.append(target)
            return target

        return declare

    def bound(self, body: Callable[..., object], name: str, *, blocks: bool = False) -> LuaFunction:
        """Make a function for Lua that is no member of the module: one that a handle gives out by itself."""
        return self._bind(body, Options(name, blocks))

    def _bind(self, body: Callable[..., object], options: Options, owner: type[Userdata] | None = None) -> LuaFunction:
        wrapper = Wrapper(body, options, owner)
        self._wrappers.append(wrapper)
        return wrapper.function

    def constants(self, values: Mapping[str, object]) -> None:
        """Add constants; nested mappings become frozen tables."""
        for key, value in values.items():
            self.members[key] = freeze(to_lua(value))

    def nest(self, name: str, part: Module) -> None:
        """Add another module as a table of its own, such as `process.registry`."""
        self.members[name] = part.table()
        self.parts[name] = part
        self.handles += part.handles
        self._wrappers.extend(part._wrappers)

    @property
    def functions(self) -> list[Wrapper]:
        """The functions of the module itself, in the order of their declaration."""
        own = {id(member) for member in self.members.values()}
        return [wrapper for wrapper in self._wrappers if id(wrapper.function) in own]

    def methods(self, handle: type[Userdata]) -> list[Wrapper]:
        """List the methods of a class of objects, in the order of their declaration."""
        return [wrapper for wrapper in self._wrappers if wrapper.owner is handle]

    @property
    def description(self) -> str:
        """What it is for, in a sentence: the first line of the docstring of the Python module that declares it."""
        # Classes may be declared elsewhere; a module without functions of its own has nothing but classes.
        bound = sorted(self._wrappers, key=lambda each: each.owner is not None)
        return bound[0].about.partition("\n")[0] if bound else ""

    def table(self) -> Table:
        """Give the frozen table of the module."""
        if self._table is None:
            for wrapper in self._wrappers:
                wrapper.prepare()  # a mistake in an annotation shows now, not at a first call
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
