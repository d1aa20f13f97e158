"""The entry kinds contract.definition and contract.binding (page guides/entry-kinds)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from runtime.contracts.contracts import Binding, Definition
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.contracts.contracts import Schema
    from runtime.registry.entry import Entry


class DefinitionKind(KindHandler):
    """Keeps the contracts. Whether all bindings fit shows at the end, so that one change may alter both sides."""

    kinds: ClassVar[tuple[str, ...]] = ("contract.definition",)
    config: ClassVar[type] = Definition

    def check(self, entry: Entry, config: Definition) -> None:
        """Refuse methods without a name or with the same one, and schemas whose format nobody knows."""
        names: set[str] = set()
        for place, method in enumerate(config.methods):
            if not method.name or method.name in names:
                reason = f"a second method '{method.name}'" if method.name else "the name is empty"
                raise EntryError(entry, f"methods.{place}.name", reason, "give each method a name of its own")
            names.add(method.name)
            for field, schemas in (("input_schemas", method.input_schemas), ("output_schemas", method.output_schemas)):
                _check_schemas(entry, f"methods.{place}.{field}", schemas)

    def create(self, entry: Entry, config: Definition) -> None:
        """Make the contract known."""
        self.node.contracts.put_definition(entry, config)

    def update(self, _old: Entry, new: Entry, config: Definition) -> None:
        """Put the new form in the place of the old."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the contract."""
        self.node.contracts.remove(entry.id)

    def commit(self) -> None:
        """Refuse a contract that its bindings no longer carry out."""
        _refuse(self.node.contracts.misfits())


class BindingKind(KindHandler):
    """Keeps the bindings."""

    kinds: ClassVar[tuple[str, ...]] = ("contract.binding",)
    config: ClassVar[type] = Binding

    def check(self, entry: Entry, config: Binding) -> None:
        """Refuse a binding of nothing."""
        if not config.contracts:
            raise EntryError(entry, "contracts", "the list is empty", "bind one contract at least")

    def create(self, entry: Entry, config: Binding) -> None:
        """Make the binding known."""
        self.node.contracts.put_binding(entry, config)

    def update(self, _old: Entry, new: Entry, config: Binding) -> None:
        """Put the new form in the place of the old; instances that are open keep theirs."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the binding; instances that are open keep it."""
        self.node.contracts.remove(entry.id)

    def commit(self) -> None:
        """Refuse a binding that does not carry out what its contracts ask for."""
        _refuse(self.node.contracts.misfits())


def _check_schemas(entry: Entry, where: str, schemas: Sequence[Schema]) -> None:
    for place, schema in enumerate(schemas):
        if schema.definition and not schema.format:
            remedy = "name the form of the definition, such as application/schema+json"
            raise EntryError(entry, f"{where}.{place}.format", "the format is missing", remedy)


def _refuse(misfits: Sequence[EntryError]) -> None:
    if misfits:
        first, *others = misfits
        raise EntryError(first.entry or first.id, first.field, first.reason, first.remedy, others)
