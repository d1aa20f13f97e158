"""The variables of a node: which names exist, and in which storage each is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.binding import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.env.storage import Storage
    from runtime.registry.entry import EntryId


@dataclass(frozen=True)
class Variable:
    """A declared variable; `name` is its public name, empty for one that only its id reaches."""

    id: EntryId
    storage: EntryId
    name: str = ""
    default: str = ""
    readonly: bool = False

    @property
    def key(self) -> str:
        """What the storage knows it by."""
        return self.name or str(self.id)


class Environment:
    """The declared variables and storages. All but `find` may switch to other processes."""

    def __init__(self) -> None:
        self.storages: dict[EntryId, Storage] = {}
        self._variables: dict[EntryId, Variable] = {}
        self._public: dict[str, EntryId] = {}

    def owner(self, name: str) -> EntryId | None:
        """Give the variable that has a public name."""
        return self._public.get(name)

    def declare(self, variable: Variable) -> None:
        """Make a variable known, or its new form."""
        self.forget(variable.id)
        self._variables[variable.id] = variable
        if variable.name:
            self._public[variable.name] = variable.id

    def forget(self, variable_id: EntryId) -> None:
        """Make a variable unknown; its value stays in the storage."""
        known = self._variables.pop(variable_id, None)
        if known is not None and self._public.get(known.name) == variable_id:
            del self._public[known.name]

    def find(self, name: str, namespace: str = "") -> Variable | None:
        """Find a variable by its public name or its id, where the namespace given may be left out."""
        from runtime.registry.entry import EntryId

        public = self._public.get(name)
        return self._variables.get(public if public is not None else EntryId.parse(name, namespace))

    def lookup(self, name: str, namespace: str = "") -> str | None:
        """Give the value of a variable, else its default; None when neither is there or the variable is unknown."""
        variable = self.find(name, namespace)
        return self._value(variable) if variable is not None else None

    def _value(self, variable: Variable) -> str | None:
        return self._storage(variable).get(variable.key) or variable.default or None

    def _storage(self, variable: Variable) -> Storage:
        storage = self.storages.get(variable.storage)
        if storage is None:
            raise Failure(Kind.NOT_FOUND, f"the storage {variable.storage} of '{variable.key}' does not exist")
        return storage

    def set(self, name: str, value: str, namespace: str = "") -> None:
        """Give a variable a value: NotFound when it is not declared, PermissionDenied when it is read-only."""
        variable = self.find(name, namespace)
        if variable is None:
            raise undeclared(name)
        if variable.readonly:
            raise Failure(Kind.PERMISSION_DENIED, f"cannot set '{name}': the variable is read-only")
        self._storage(variable).set(variable.key, value)

    def values(self) -> Iterator[tuple[str, str]]:
        """Give every variable that has a value, by public name or else id."""
        for variable in list(self._variables.values()):
            value = self._value(variable)
            if value is not None:
                yield variable.key, value


def undeclared(name: str) -> Failure:
    """Make the failure for a name that no env.variable entry declares."""
    return Failure(Kind.NOT_FOUND, f"environment variable '{name}' is not declared by any env.variable entry")
