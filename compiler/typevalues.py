"""Types as constants: each top-level type statement becomes nested tuples from which the runtime builds a type value.

A tuple starts with its form; names, literals and tuples of the same kind follow:

    ("primitive", name)  ("literal", value)  ("name", name)  ("member", module, name)
    ("instance", type, (argument, ...))  ("optional", type)  ("union", (type, ...))  ("intersection", (type, ...))
    ("array", element)  ("map", key, value)  ("record", ((name, optional, type), ...))  ("interface",)
    ("function", (parameter, ...), (return, ...))  ("tuple", (type, ...))
    ("annotated", type, ((validator, (argument, ...)), ...))
    ("keyof", type)  ("access", type, key)  ("conditional", subject, (bound, ...), yes, no)

`runtime.lua.typenodes` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from lark import Token

from compiler import literals
from compiler import syntax as s
from compiler.builder import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from compiler.scope import Symbol

Node: TypeAlias = tuple[Any, ...]
# (name, ((parameter, bound or None), ...), definition)
Definition: TypeAlias = tuple[str, tuple[tuple[str, Node | None], ...], Node]

_PRIMITIVES = frozenset(
    [
        "nil",
        "boolean",
        "number",
        "integer",
        "string",
        "any",
        "unknown",
        "never",
        "self",
        "table",
        "function",
        "thread",
        "userdata",
        "error",
    ]
)
_ANY: Node = ("primitive", "any")
_MAX_DEPTH = 200  # of tuples in tuples
_MAX_FOLLOWED = 16  # locals that lead to one another in a typeof
_TYPEOF_BUDGET = 10_000  # types that the typeofs of a chunk may bring in; what goes beyond is `any`
_MAX_KINDS = 16  # values of a list that are looked at


@dataclass
class ChunkTypes:
    """The types of a chunk: their definitions, the locals that hold them, and what each statement needs from outside.

    `outside` says for a statement which names it uses that are none of the chunk's types: modules, locals, globals.
    `used` are the types that the program reads as values; only they, and what they are made of, exist at run time.
    """

    definitions: dict[str, Definition] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    outside: dict[s.Position, tuple[s.Name, ...]] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    python: str = ""  # the Python variable that holds the scope
    _needed: dict[str, Definition] = field(default_factory=dict)

    def owns(self, symbol: Symbol | None) -> bool:
        """Tell whether a local holds one of the types."""
        return symbol is not None and self.symbols.get(symbol.name) is symbol

    def needed(self) -> dict[str, Definition]:
        """Give the definitions of the types that are used and of all that they reach; to be asked once all is known."""
        if not self._needed:
            self._needed = {name: self.definitions[name] for name in self._reached()}
        return self._needed

    def _reached(self) -> Iterable[str]:
        found = dict.fromkeys(self.used)
        pending = list(found)
        while pending:
            _, generics, node = self.definitions[pending.pop(0)]
            for used in _names((generics, node)):
                if used in self.definitions and used not in found:
                    found[used] = None
                    pending.append(used)
        return found


def chunk_types(chunk: s.Function) -> ChunkTypes | None:
    """Lower the top-level type statements of a chunk; None when it has none. Raise BuildError for malformed ones."""
    if not any(isinstance(statement, s.TypeStatement) for statement in chunk.body.statements):
        return None
    types = ChunkTypes()
    lowering = _Lowering()
    statements: list[s.TypeStatement] = []
    for statement in chunk.body.statements:
        if isinstance(statement, s.TypeStatement):
            types.definitions[statement.name] = lowering.definition(statement)
            statements.append(statement)
        else:
            lowering.note(statement)
    for statement in statements:
        _, generics, node = types.definitions[statement.name]
        inside = {*types.definitions, *(name for name, _ in generics)}
        outside = dict.fromkeys(name for name in _names((generics, node)) if name not in inside)
        types.outside[statement.pos] = tuple(s.Name(statement.pos, name) for name in outside)
    return types


def _check_depth(definition: Definition, pos: s.Position) -> None:
    """Refuse a type that nests deeper than what comes after can bear."""
    pending: list[tuple[object, int]] = [(definition, 0)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, tuple):
            if depth > _MAX_DEPTH:
                raise BuildError("chunk has too many syntax levels", pos.line, pos.column)
            pending.extend((part, depth + 1) for part in node)


def _names(node: object) -> Iterator[str]:
    """Iterate over the names that stand for types or modules in a lowered type."""
    pending = [node]
    while pending:
        item = pending.pop()
        if not isinstance(item, tuple):
            continue
        if item and item[0] in ("name", "member") and all(isinstance(part, str) for part in item):
            yield item[1]
        else:
            pending.extend(reversed(item))


class _Lowering:
    """Turns type expressions into tuples; `known` tells what `typeof(name)` stands for."""

    def __init__(self) -> None:
        # What is written about the type of each top-level local so far: its annotation or its value.
        self.known: dict[str, s.TypeExpression | s.Expression | None] = {}
        self.followed = 0  # locals that lead to one another, right now
        self.budget = _TYPEOF_BUDGET

    def note(self, statement: s.Statement) -> None:
        """Remember the locals that a statement declares."""
        if isinstance(statement, s.Local):
            for index, name in enumerate(statement.names):
                value = statement.values[index] if index < len(statement.values) else None
                self.known[name.name] = name.annotation or value
        elif isinstance(statement, s.LocalFunction):
            self.known[statement.name.name] = statement.function

    def definition(self, statement: s.TypeStatement) -> Definition:
        """Lower a type statement."""
        parts = statement.generics.parts if statement.generics is not None else ()
        generics = tuple(
            (str(part.parts[0]), self._bound(part)) for part in parts if isinstance(part, s.TypeExpression)
        )
        definition = (statement.name, generics, self.lower(statement.definition))
        _check_depth(definition, statement.pos)
        return definition

    def _bound(self, generic: Any) -> Node | None:
        return self.lower(generic.parts[1]) if len(generic.parts) > 1 else None

    def lower(self, expression: Any) -> Node:
        """Lower one type."""
        if self.followed:
            self.budget -= 1
        return _FORMS[expression.form](self, expression.parts)

    def type(self, parts: tuple[Any, ...]) -> Node:
        subject = self.lower(parts[0])
        if len(parts) == 1:
            return subject
        _, bound, yes, no = parts[1].parts
        bounds = tuple(self.lower(part) for part in bound.parts if _is_type(part))
        return ("conditional", subject, bounds, self.lower(yes), self.lower(no))

    def union(self, parts: tuple[Any, ...]) -> Node:
        """Fold a chain of | and &, which bind alike, from the left."""
        result: Node | None = None
        form = "union"
        for part in parts:
            if isinstance(part, Token):
                form = "union" if part.type == "BAR" else "intersection"
            elif result is None:
                result = self.lower(part)
            elif result[0] == form:
                result = (form, (*result[1], self.lower(part)))
            else:
                result = (form, (result, self.lower(part)))
        assert result is not None, "a union has a member"
        return result

    def postfixed(self, parts: tuple[Any, ...]) -> Node:
        node = self.lower(parts[0])
        for suffix in parts[1:]:
            if suffix.form == "optional_suffix":
                node = node if node[0] == "optional" else ("optional", node)
            elif suffix.form == "array_suffix":
                node = ("array", node)
            elif suffix.form == "access_suffix":
                node = ("access", node, self.lower(suffix.parts[0]))
            else:
                node = _annotated(node, _validator(suffix.parts))
        return node

    def optional(self, parts: tuple[Any, ...]) -> Node:
        """Lower `name?: T` of an annotation."""
        return ("optional", self.lower(parts[0]))

    def literal(self, parts: tuple[Any, ...]) -> Node:
        value = _literal(parts[0])
        return ("primitive", "nil") if value is None else ("literal", value)

    def named(self, parts: tuple[Any, ...]) -> Node:
        arguments = parts[-1] if _is_type(parts[-1]) else None
        names = [str(part) for part in parts if isinstance(part, Token)]
        if len(names) > 1:
            node: Node = ("member", *names)
        elif names[0] in _PRIMITIVES:
            node = ("primitive", names[0])
        else:
            node = ("name", names[0])
        return node if arguments is None else ("instance", node, tuple(self.lower(part) for part in arguments.parts))

    def array(self, parts: tuple[Any, ...]) -> Node:
        return ("array", self.lower(parts[0]))

    def map(self, parts: tuple[Any, ...]) -> Node:
        return ("map", self.lower(parts[0]), self.lower(parts[1]))

    def record(self, parts: tuple[Any, ...]) -> Node:
        fields = []
        for part in parts:
            if _is_type(part):
                optional = isinstance(part.parts[1], Token)
                fields.append((str(part.parts[0]), optional, self.lower(part.parts[-1])))
        return ("record", tuple(fields))

    def group(self, parts: tuple[Any, ...]) -> Node:
        members = self.parameters(parts[0].parts)
        return members[0] if len(members) == 1 else ("tuple", members)

    def parameters(self, parts: tuple[Any, ...]) -> tuple[Node, ...]:
        """Lower the types in parentheses; of `...T` the T."""
        return tuple(self.lower(part.parts[-1]) if _is_type(part.parts[-1]) else _ANY for part in parts)

    def function(self, parts: tuple[Any, ...]) -> Node:
        """Lower `(A) -> R` and `fun(a: A): R`."""
        group = next(part for part in parts if _is_type(part) and part.form == "type_group")
        result = parts[-1] if _is_type(parts[-1]) and parts[-1] is not group else None
        if result is None:
            returns: tuple[Node, ...] = ()
        else:
            lowered = self.lower(result)
            returns = lowered[1] if lowered[0] == "tuple" else (lowered,)
        return ("function", self.parameters(group.parts), returns)

    def readonly(self, parts: tuple[Any, ...]) -> Node:
        return self.lower(parts[-1])

    def keyof(self, parts: tuple[Any, ...]) -> Node:
        return ("keyof", self.lower(parts[-1]))

    def interface(self, _: tuple[Any, ...]) -> Node:
        return ("interface",)

    def typeof(self, parts: tuple[Any, ...]) -> Node:
        return self.of_value(parts[-1])

    def of_value(self, value: object) -> Node:
        """Give the type of an expression as far as the expression itself tells."""
        self.budget -= 1
        if self.budget < 0:
            return _ANY
        match value:
            case s.String():
                return ("primitive", "string")
            case s.Boolean():
                return ("primitive", "boolean")
            case s.Number():
                return ("primitive", "integer" if isinstance(value.value, int) else "number")
            case s.Nil():
                return ("primitive", "nil")
            case s.Function():
                return ("primitive", "function")
            case s.Parenthesis():
                return self.of_value(value.inner)
            case s.Cast() if value.annotation is not None:
                return self.lower(value.annotation)
            case s.Name() if value.name in self.known and self.followed < _MAX_FOLLOWED:
                self.followed += 1
                known = self.known[value.name]
                node = self.lower(known) if _is_type(known) else self.of_value(known)
                self.followed -= 1
                return node
            case s.TableConstructor():
                return self.of_table(value)
        return _ANY

    def of_table(self, table: s.TableConstructor) -> Node:
        keys = [item.key for item in table.fields]
        values = [self.of_value(item.value) for item in table.fields]
        if keys and all(key is None for key in keys):
            kinds: list[Node] = []
            for value in values[:_MAX_KINDS]:
                if value not in kinds:
                    kinds.append(value)
            return ("array", kinds[0] if len(kinds) == 1 else ("union", tuple(kinds)))
        if all(isinstance(key, s.String) for key in keys):
            named = {key.value: value for key, value in zip(keys, values, strict=True) if isinstance(key, s.String)}
            return ("record", tuple((name, False, node) for name, node in named.items()))
        return ("primitive", "table")


_FORMS: dict[str, Callable[[_Lowering, tuple[Any, ...]], Node]] = {
    "type": _Lowering.type,
    "union": _Lowering.union,
    "postfixed": _Lowering.postfixed,
    "optional": _Lowering.optional,
    "literal_type": _Lowering.literal,
    "named_type": _Lowering.named,
    "array_type": _Lowering.array,
    "map_type": _Lowering.map,
    "record_type": _Lowering.record,
    "interface_type": _Lowering.record,
    "function_type": _Lowering.function,
    "fun_type": _Lowering.function,
    "group_type": _Lowering.group,
    "readonly_type": _Lowering.readonly,
    "typeof_type": _Lowering.typeof,
    "keyof_type": _Lowering.keyof,
    "interface": _Lowering.interface,
}


def _is_type(part: object) -> Any:
    return isinstance(part, s.TypeExpression)


def _annotated(node: Node, validator: Node) -> Node:
    if node[0] == "annotated":
        return ("annotated", node[1], (*node[2], validator))
    return ("annotated", node, (validator,))


def _validator(parts: tuple[Any, ...]) -> Node:
    arguments = parts[1].parts if len(parts) > 1 else ()
    return (str(parts[0]), tuple(_literal(argument) for argument in arguments))


def _literal(token: Any) -> str | int | float | bool | None:
    """Give the value of a literal in a type; raise BuildError when it is malformed."""
    try:
        return _value(token)
    except literals.LiteralError as error:
        place: Token = token if isinstance(token, Token) else token.parts[1]
        raise BuildError(error.message, place.line or 0, (place.column or 1) - 1 + error.offset) from None


def _value(token: Any) -> str | int | float | bool | None:
    if not isinstance(token, Token):  # a numeral with a minus
        value = literals.numeral(str(token.parts[1]))
        return -value
    if token.type == "NUMERAL":
        return literals.numeral(str(token))
    if token.type == "STRING":
        return literals.short_string(str(token))
    if token.type == "LONG_STRING":
        return literals.long_string(str(token))
    if token.type == "NIL":
        return None
    return str(token) if token.type == "NAME" else token.type == "TRUE"
