"""Type terms: the tuples of `compiler.typevalues` together with what their names stand for.

Names are looked up when a type is first used, so that types may refer to themselves, to later ones and to imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.lua.types import LuaValue

Node: TypeAlias = tuple[Any, ...]
_MAX_LEVEL = 8  # generic types in one another's arguments; a type that grows as it is followed ends here
_MAX_INSTANCES = 1000  # of the generic types of a chunk that are kept
_CHAIN = 64  # names that lead to one another; a longer chain is taken for a circle


class Scope:
    """The types of a chunk by name, and the values of other names that they use."""

    __slots__ = ("_terms", "definitions", "instances", "outside")

    def __init__(self, definitions: Sequence[Node]) -> None:
        self.definitions = {definition[0]: definition for definition in definitions}
        self.outside: dict[str, LuaValue] = {}
        self._terms: dict[str, Term] = {}
        self.instances: dict[tuple[object, ...], Term] = {}

    def parameters(self, name: str) -> tuple[tuple[str, Node | None], ...]:
        """Give the parameters of a generic type; none for any other."""
        found: tuple[tuple[str, Node | None], ...] = self.definitions[name][1]
        return found

    def term(self, name: str) -> Term:
        """Give the one term of a type of the chunk."""
        term = self._terms.get(name)
        if term is None:
            node = ("generic", name) if self.parameters(name) else self.definitions[name][2]
            term = self._terms[name] = Term(node, self, {}, name)
        return term


class TypeHolder:
    """Whatever Lua value stands for a type."""

    __slots__ = ()
    term: Term


class Term:
    """A type: its node, what names in it mean, and the name it goes by."""

    __slots__ = ("_head", "_parts", "arguments", "label", "level", "node", "origin", "scope")

    def __init__(self, node: Node, scope: Scope, arguments: Mapping[str, Term], label: str | None = None) -> None:
        self.node = node
        self.scope = scope
        self.arguments = arguments
        self.label = label
        self.level: int = 1 + max([argument.level for argument in arguments.values()]) if arguments else 0
        self.origin: Term | None = None  # for an instance of a generic type, how it is written
        self._head: Term | None = None
        self._parts: Any = None

    def child(self, node: Node) -> Term:
        """Give a part of this type as a type of its own."""
        if node[0] == "primitive":
            return primitive(node[1])
        if node[0] == "name" and node[1] in self.arguments:
            return self.arguments[node[1]]
        return Term(node, self.scope, self.arguments)

    def children(self, nodes: Sequence[Node]) -> list[Term]:
        """Give several parts."""
        return [self.child(node) for node in nodes]

    def head(self) -> Term:
        """Follow names until the form of the type shows; the form "unresolved" says that one leads nowhere."""
        if self._head is not None:
            return self._head
        term = self
        for _ in range(_CHAIN):
            reduce = _REDUCTIONS.get(term.node[0])
            if reduce is None:
                break
            term = reduce(term)
        else:
            term = _unresolved(self.label or str(self.node[-1]))
        if self.label is not None and term is not self and term.label != self.label:
            origin = term.origin
            term = Term(term.node, term.scope, term.arguments, self.label)
            term.origin = origin
        if term.node[0] != "unresolved":
            self._head = term
        return term

    def parts(self) -> Any:
        """Give the parts of a head as terms, in the shape of its form."""
        if self._parts is None:
            self._parts = _EXPANSIONS[self.node[0]](self)
        return self._parts

    def instance(self, arguments: Sequence[Term]) -> Term:
        """Put types in the place of the parameters of a generic type."""
        name = self.node[1]
        instances = self.scope.instances
        key = (name, *map(id, arguments))
        if key in instances:
            return instances[key]
        bound = {parameter: argument for (parameter, _), argument in zip(self.parameters, arguments, strict=True)}
        if max(argument.level for argument in arguments) > _MAX_LEVEL:
            return _unresolved(name)
        made = Term(self.scope.definitions[name][2], self.scope, bound)
        written = tuple(("name", parameter) for parameter in bound)
        made.origin = Term(("instance", ("name", name), written), self.scope, bound)
        if len(instances) >= _MAX_INSTANCES:
            instances.clear()
        instances[key] = made
        return made

    @property
    def parameters(self) -> tuple[tuple[str, Node | None], ...]:
        """The parameters of a generic type."""
        return self.scope.parameters(self.node[1])


_NOWHERE = Scope(())
_primitives: dict[str, Term] = {}


def primitive(name: str) -> Term:
    """Give the one term of a primitive type."""
    term = _primitives.get(name)
    if term is None:
        term = _primitives[name] = Term(("primitive", name), _NOWHERE, {}, name)
    return term


def literal(value: str | float | bool) -> Term:
    """Give the type of one value."""
    return Term(("literal", value), _NOWHERE, {})


def _unresolved(name: str) -> Term:
    return Term(("unresolved", name), _NOWHERE, {}, name)


# --- names ----------------------------------------------------------------------------------------


def _of_name(term: Term) -> Term:
    name = term.node[1]
    if name in term.arguments:
        return term.arguments[name]
    if name in term.scope.definitions:
        return term.scope.term(name)
    value = term.scope.outside.get(name)
    return value.term if isinstance(value, TypeHolder) else _unresolved(name)


def _of_member(term: Term) -> Term:
    module, name = term.node[1], term.node[2]
    owner = term.scope.outside.get(module)
    value = owner.get(name) if type(owner) is Table else None
    return value.term if isinstance(value, TypeHolder) else _unresolved(f"{module}.{name}")


def _of_instance(term: Term) -> Term:
    generic = term.child(term.node[1]).head()
    arguments = term.children(term.node[2])
    if generic.node[0] != "generic" or len(generic.parameters) != len(arguments):
        return _unresolved(generic.label or str(term.node[1][-1]))
    return generic.instance(arguments)


def _keys(term: Term) -> Term:
    subject = term.child(term.node[1]).head()
    if subject.node[0] == "map":
        found: Term = subject.parts()[0]
        return found
    names = tuple(("literal", name) for name, _, _ in subject.node[1]) if subject.node[0] == "record" else ()
    return Term(("union", names), _NOWHERE, {}) if names else primitive("never")


def _access(term: Term) -> Term:
    owner, key = term.child(term.node[1]).head(), term.child(term.node[2]).head()
    found = primitive("unknown")
    if owner.node[0] == "array":
        found = owner.parts()
    elif owner.node[0] == "map":
        found = owner.parts()[1]
    elif owner.node[0] == "record" and key.node[0] == "literal":
        for name, optional, field in owner.node[1]:
            if name == key.node[1]:
                found = owner.child(("optional", field) if optional else field)
    return found


def _conditional(term: Term) -> Term:
    from runtime.lua.typerelation import is_subtype  # relation and terms need one another

    _, subject, bounds, yes, no = term.node
    holds = any(is_subtype(term.child(subject), term.child(bound)) for bound in bounds)
    return term.child(yes if holds else no)


_REDUCTIONS = {
    "name": _of_name,
    "member": _of_member,
    "instance": _of_instance,
    "keyof": _keys,
    "access": _access,
    "conditional": _conditional,
}
_EXPANSIONS: Mapping[str, Any] = {
    "optional": lambda term: term.child(term.node[1]),
    "array": lambda term: term.child(term.node[1]),
    "map": lambda term: (term.child(term.node[1]), term.child(term.node[2])),
    "union": lambda term: term.children(term.node[1]),
    "intersection": lambda term: term.children(term.node[1]),
    "tuple": lambda term: term.children(term.node[1]),
    "record": lambda term: [(name, optional, term.child(node)) for name, optional, node in term.node[1]],
    "function": lambda term: (term.children(term.node[1]), term.children(term.node[2])),
    "annotated": lambda term: term.child(term.node[1]),
}
