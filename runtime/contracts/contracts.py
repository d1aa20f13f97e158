"""The contracts of a node, the bindings that carry them out, and whether the two fit together."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry.entry import EntryId  # noqa: TC001
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.registry.entry import Entry


@dataclass(frozen=True)
class Schema:
    """What an argument or a result looks like: documentation, which nothing is checked against."""

    format: str = ""
    definition: Any = None


@dataclass(frozen=True)
class MethodDefinition:
    """One method of a contract."""

    name: str
    description: str = ""
    input_schemas: tuple[Schema, ...] = ()
    output_schemas: tuple[Schema, ...] = ()


@dataclass(frozen=True)
class Definition:
    """The data of a contract.definition entry."""

    methods: tuple[MethodDefinition, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names of the methods."""
        return {method.name for method in self.methods}

    def find(self, name: str) -> MethodDefinition | None:
        """Give a method."""
        return next((method for method in self.methods if method.name == name), None)


@dataclass(frozen=True)
class BoundContract:
    """How a binding carries out one contract: a function for each method, and the context values that those need."""

    contract: EntryId
    methods: Mapping[str, EntryId] = field(default_factory=dict)
    default: bool = False
    context_required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binding:
    """The data of a contract.binding entry."""

    contracts: tuple[BoundContract, ...]

    def find(self, method: str) -> BoundContract | None:
        """Give the first contract with a method of a name."""
        return next((bound for bound in self.contracts if method in bound.methods), None)


class Contracts:
    """What a node knows of contracts; each is kept with the entry that declares it."""

    def __init__(self) -> None:
        self.definitions: dict[EntryId, tuple[Entry, Definition]] = {}
        self.bindings: dict[EntryId, tuple[Entry, Binding]] = {}
        self._unproven = False  # whether something changed since it was last seen that all fit

    def put_definition(self, entry: Entry, definition: Definition) -> None:
        """Make a contract known, or its new form."""
        self.definitions[entry.id] = entry, definition
        self._unproven = True

    def put_binding(self, entry: Entry, binding: Binding) -> None:
        """Make a binding known, or its new form."""
        self.bindings[entry.id] = entry, binding
        self._unproven = True

    def remove(self, entry_id: EntryId) -> None:
        """Forget a contract or a binding."""
        self.definitions.pop(entry_id, None)
        self.bindings.pop(entry_id, None)
        self._unproven = True

    def definition(self, contract: EntryId) -> Definition:
        """Give a contract; NOT_FOUND when there is none."""
        found = self.definitions.get(contract)
        if found is None:
            raise Failure(Kind.NOT_FOUND, f"there is no contract {contract}")
        return found[1]

    def binding(self, binding: EntryId) -> Binding:
        """Give a binding; NOT_FOUND when there is none."""
        found = self.bindings.get(binding)
        if found is None:
            raise Failure(Kind.NOT_FOUND, f"there is no contract binding {binding}")
        return found[1]

    def implementations(self, contract: EntryId) -> list[EntryId]:
        """List the bindings that carry a contract out, by id; none for an unknown contract."""
        return sorted({entry.id for entry, bound in self._bound() if bound.contract == contract})

    def default(self, contract: EntryId) -> EntryId:
        """Give the binding that is meant where none is named; NOT_FOUND when there is none."""
        for entry, bound in self._bound():
            if bound.contract == contract and bound.default:
                return entry.id
        raise Failure(Kind.NOT_FOUND, f"contract {contract} has no default binding: name one, or mark one `default`")

    def _bound(self) -> Iterator[tuple[Entry, BoundContract]]:
        for entry, binding in self.bindings.values():
            for bound in binding.contracts:
                yield entry, bound

    # --- whether they fit ---------------------------------------------------------------------------------------------

    def misfits(self) -> list[EntryError]:
        """List the bindings that do not carry out what their contracts ask for, and second defaults; once a change."""
        if not self._unproven:
            return []
        self._unproven = False
        found: list[EntryError] = []
        defaults: dict[EntryId, EntryId] = {}
        for entry, binding in self.bindings.values():
            for place, bound in enumerate(binding.contracts):
                where = f"contracts.{place}"
                found += self._misfits_of(entry, where, bound)
                if bound.default and defaults.setdefault(bound.contract, entry.id) != entry.id:
                    reason = f"{bound.contract} has the default binding {defaults[bound.contract]} already"
                    found.append(EntryError(entry, f"{where}.default", reason, "mark one of them only"))
        return found

    def _misfits_of(self, entry: Entry, where: str, bound: BoundContract) -> Iterator[EntryError]:
        known = self.definitions.get(bound.contract)
        if known is None:
            remedy = "name an entry of kind contract.definition"
            yield EntryError(entry, f"{where}.contract", f"there is no contract {bound.contract}", remedy)
            return
        wanted, given = known[1].names, set(bound.methods)
        for name in sorted(wanted - given):
            reason = f"method '{name}' of {bound.contract} is not bound"
            yield EntryError(entry, f"{where}.methods", reason, "name the function that carries it out")
        for name in sorted(given - wanted):
            reason = f"contract {bound.contract} has no method '{name}'"
            yield EntryError(entry, f"{where}.methods.{name}", reason, f"it has {', '.join(sorted(wanted)) or 'none'}")
