"""Types as Lua values: callable validators that can be asked about their structure (documentation page lua/types)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua.args import type_name
from runtime.lua.errors import Error, Kind, fault
from runtime.lua.operators import string_methods
from runtime.lua.table import Table
from runtime.lua.typecheck import Failure, check
from runtime.lua.typenodes import Scope, Term, TypeHolder, primitive
from runtime.lua.typerelation import is_subtype
from runtime.lua.typetext import type_text
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runtime.lua.types import LuaFunction, LuaValue, Results

_KINDS = frozenset(
    "optional union intersection tuple function array map record generic".split()
    + "nil boolean number integer string any unknown never".split()
)


class TypeValue(Userdata, TypeHolder):
    """A type. Calling it checks a value, or puts types in the place of its parameters."""

    __slots__ = ("method", "term")
    lua_name = "type"
    lua_type = "type"
    lua_methods: Mapping[str, LuaFunction] = {}

    def __init__(self, term: Term) -> None:
        self.term = term
        # For the type of a field that bears the name of a method: the type it is a field of, and the method.
        self.method: tuple[TypeValue, LuaFunction] | None = None

    def __call__(self, *args: LuaValue) -> Results:
        """Check a value; the field `name` of a record, called for its type, is the method of that name."""
        if self.method is not None and (not args or args[0] is self.method[0]):
            return self.method[1](self.method[0])
        name = type_text(self.term)
        if not args:
            raise fault(f"type {name} expects at least 1 argument")
        types = [found for found in map(_as_type, args) if found is not None]
        if types and not self._takes_types():
            return self._instance(types, len(args))
        if len(args) > 1:
            raise fault(f"type {name} validation expects 1 value, got {len(args)}")
        value = args[0]
        if check(self.term, value) is not None:
            raise fault(f"expected {name}, got {type_name(value)}")
        return value

    def _takes_types(self) -> bool:
        node = self.term.head().node
        return node[0] == "primitive" and node[1] in ("any", "unknown")

    def _instance(self, arguments: list[TypeValue], given: int) -> TypeValue:
        name = type_text(self.term)
        head = self.term.head()
        if len(arguments) != given:
            raise fault(f"type {name} does not accept mixed type/value arguments")
        if head.node[0] != "generic":
            raise fault(f"type {name} is not generic")
        if len(head.parameters) != given:
            raise fault(f"generic {name} expects {len(head.parameters)} type arguments, got {given}")
        return TypeValue(head.instance([argument.term for argument in arguments]))

    def lua_index(self, key: LuaValue) -> LuaValue:
        """Give a method, or the type of a record's field."""
        method = bound_method(self, self, key) if key in METHODS else None
        head = self.term.head()
        if head.node[0] != "record" or key == "is":
            return method
        for name, optional, field in head.parts():
            if name == key:
                value = TypeValue(_field_type(optional, field))
                if method is not None:
                    value.method = (self, method)
                return value
        return method

    def lua_tostring(self) -> str:
        """Give the name, or the structure of a type without a name."""
        return type_text(self.term)


def _as_type(value: LuaValue) -> TypeValue | None:
    """Take a type, or the library `string` as the type of its name."""
    if isinstance(value, TypeValue):
        return value
    return PRIMITIVES["string"] if value is string_methods() else None


def of_value(value: LuaValue) -> LuaValue:
    """Give the type that a value itself tells: that of its fields or elements for a table."""
    return PRIMITIVES.get(_primitive_of(value)) or TypeValue(_term_of(value, 0))


# --- methods --------------------------------------------------------------------------------------


def _is(holder: TypeValue, value: LuaValue) -> Results:
    failure = check(holder.term, value)
    return (value, None) if failure is None else (None, _error(failure))


def _error(failure: Failure) -> Error:
    path = failure.path()
    details = {
        "field": path,
        "expected": failure.expected,
        "got": failure.got,
        "constraint": failure.constraint,
    }
    message = f"{path}: {failure.message}" if path else failure.message
    shown = Table.from_dict({key: text for key, text in details.items() if text})
    return Error(message, Kind.INVALID, retryable=False, details=shown)


def _kind(holder: TypeValue) -> str:
    head = holder.term.head()
    while head.node[0] == "annotated":
        head = head.parts().head()
    if head.origin is not None:
        return "instantiated"
    kind = head.node[1] if head.node[0] == "primitive" else head.node[0]
    return kind if kind in _KINDS else "unknown"


def _name(holder: TypeValue) -> str | None:
    return holder.term.label


def _structure(holder: TypeValue) -> Term:
    """Give the type below its validators."""
    head = holder.term.head()
    while head.node[0] == "annotated":
        head = head.parts().head()
    return head


def _part(form: str, read: Callable[[Term], Term | None]) -> Callable[[TypeValue], LuaValue]:
    """Make a method that gives a part of types of one form, nil for any other."""

    def method(holder: TypeValue) -> LuaValue:
        head = _structure(holder)
        part = read(head) if head.node[0] == form else None
        return None if part is None else TypeValue(part)

    return method


def _returned(head: Term) -> Term | None:
    returns = head.parts()[1]
    if len(returns) > 1:
        return head.child(("tuple", head.node[2]))
    return returns[0] if returns else None


def _each(form: str, read: Callable[[Term], Iterator[LuaValue]]) -> Callable[[TypeValue], LuaValue]:
    """Make a method that gives an iterator over the parts of types of one form, nil for any other."""

    def method(holder: TypeValue) -> LuaValue:
        head = _structure(holder)
        if head.node[0] != form:
            return None
        parts = read(head)

        def step(*_: LuaValue) -> Results:
            return next(parts, None)

        return step

    return method


def _fields(head: Term) -> Iterator[LuaValue]:
    for name, optional, field in head.parts():
        yield name, TypeValue(_field_type(optional, field))


def _field_type(optional: bool, field: Term) -> Term:
    if not optional or field.head().node[0] == "optional":
        return field
    return Term(("optional", ("name", "T")), field.scope, {"T": field})


def _parameters(head: Term) -> Iterator[LuaValue]:
    for name, bound in head.parameters:
        yield (name, None if bound is None else TypeValue(head.child(bound)))


def _variants(head: Term) -> Iterator[LuaValue]:
    return (TypeValue(member) for member in head.parts())


_READERS: dict[str, Callable[[TypeValue], LuaValue]] = {
    "kind": _kind,
    "name": _name,
    "elem": _part("array", lambda head: head.parts()),
    "key": _part("map", lambda head: head.parts()[0]),
    "val": _part("map", lambda head: head.parts()[1]),
    "inner": _part("optional", lambda head: head.parts()),
    "ret": _part("function", _returned),
    "fields": _each("record", _fields),
    "variants": _each("union", _variants),
    "params": _each("function", lambda head: (TypeValue(part) for part in head.parts()[0])),
    "tparams": _each("generic", _parameters),
}


METHODS = frozenset({"is", *_READERS})


def bound_method(holder: TypeValue, owner: LuaValue, name: str) -> LuaFunction:
    """Make a method that is called with a dot or a colon alike; `owner` is what stands before a colon."""
    if name == "is":

        def validate(*args: LuaValue) -> Results:
            given = args[1:] if len(args) > 1 and args[0] is owner else args
            return _is(holder, given[0] if given else None)

        return validate

    def ask(*_: LuaValue) -> Results:
        return _READERS[name](holder)

    return ask


# --- comparison -----------------------------------------------------------------------------------


def _compared(holds: Callable[[Term, Term], bool]) -> LuaFunction:
    def compare(left: LuaValue = None, right: LuaValue = None, *_: LuaValue) -> bool:
        if not isinstance(left, TypeValue) or not isinstance(right, TypeValue):
            raise fault(f"attempt to compare {type_name(left)} with {type_name(right)}")
        return holds(left.term, right.term)

    return compare


def _same(left: Term, right: Term) -> bool:
    return is_subtype(left, right) and is_subtype(right, left)


def _equal(left: LuaValue = None, right: LuaValue = None, *_: LuaValue) -> bool:
    return isinstance(left, TypeValue) and isinstance(right, TypeValue) and _same(left.term, right.term)


TypeValue.lua_methods = {
    "__eq": _equal,
    "__le": _compared(is_subtype),
    "__lt": _compared(lambda left, right: is_subtype(left, right) and not is_subtype(right, left)),
}


# --- making ---------------------------------------------------------------------------------------

PRIMITIVES: dict[str, TypeValue] = {
    name: TypeValue(primitive(name))
    for name in "nil boolean number integer string any unknown never function thread userdata error".split()
}


def _primitive_of(value: LuaValue) -> str:
    if type(value) is int:
        return "integer"
    return "error" if isinstance(value, Error) else type_name(value)


_TYPEOF_DEPTH = 8


def _term_of(value: LuaValue, depth: int) -> Term:
    """Give the type of a table; what lies deep in it is a table and no more."""
    if isinstance(value, TypeValue):
        return value.term
    if type(value) is not Table:
        return primitive(_primitive_of(value))
    if depth >= _TYPEOF_DEPTH or (not value.array and not value.hash):
        return primitive("table")
    if value.array:
        element = _term_of(value.array[0], depth + 1)
        return Term(("array", ("name", "T")), element.scope, {"T": element})
    fields = {key: _term_of(item, depth + 1) for key, item in value.items() if type(key) is str}
    node = ("record", tuple((name, False, ("name", name)) for name in fields))
    return Term(node, Scope(()), fields)


class TypeScope:
    """What compiled code makes its types with: `scope(name)` gives one, `scope(name, value)` says what a name means.

    The second is for names that are none of the chunk's types: a module, a local or a global that holds a type.
    """

    __slots__ = ("_scope", "_values")

    def __init__(self, definitions: tuple[tuple[object, ...], ...]) -> None:
        self._scope = Scope(definitions)
        self._values: dict[str, TypeValue] = {}

    def __call__(self, name: str, *value: LuaValue) -> TypeValue | None:
        """Give the one value of a type, or note the value of a name."""
        if value:
            self._scope.outside[name] = value[0]
            return None
        made = self._values.get(name)
        if made is None:
            made = self._values[name] = TypeValue(self._scope.term(name))
        return made
