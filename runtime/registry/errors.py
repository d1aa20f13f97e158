"""The refusal of an entry: which one, which field of it, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry.entry import Entry, EntryId
from runtime.registry.location import locate

if TYPE_CHECKING:
    from collections.abc import Sequence


class EntryError(Exception):
    """An entry cannot be used. `field` is the dotted path of the value at fault, empty for the entry as a whole.

    `more` are further refusals found at the same time; `place` is `file:line`, empty when the entry came from no file.
    """

    def __init__(
        self, entry: Entry | EntryId, field: str, reason: str, remedy: str = "", more: Sequence[EntryError] = ()
    ) -> None:
        super().__init__(reason)
        self.id: EntryId = entry.id if isinstance(entry, Entry) else entry
        self.entry = entry if isinstance(entry, Entry) else None
        self.field = field
        self.reason = reason
        self.remedy = remedy
        self.more = tuple(more)

    @property
    def place(self) -> str:
        """Where the value stands, as `src/_index.yaml:12`; reads the file."""
        return locate(self.entry, self.field) if self.entry is not None else ""

    def each(self) -> list[EntryError]:
        """Give this refusal and those found with it."""
        return [self, *(error for further in self.more for error in further.each())]

    def summary(self) -> str:
        """Give one line without the place: `app:main: 'source': the field is missing; ...`."""
        field = f" '{self.field}':" if self.field else ""
        return f"{self.id}:{field} {self.reason}" + (f"; {self.remedy}" if self.remedy else "")

    def __str__(self) -> str:
        return "\n".join(error.line() for error in self.each())

    def line(self) -> str:
        """Give this refusal alone, with its place."""
        return f"{self.place}: {self.summary()}" if self.place else self.summary()


class RegistryError(Exception):
    """The registry refuses entries; the text lists each once on a line of its own, then `hint` if there is one."""

    def __init__(self, errors: Sequence[EntryError], hint: str = "") -> None:
        self.errors = list({error.summary(): error for given in errors for error in given.each()}.values())
        super().__init__("\n".join([*(error.line() for error in self.errors), *([hint] if hint else [])]))

    @property
    def kind(self) -> str:
        """The kind of the failure that made a handler refuse; INVALID when the entry itself is at fault."""
        cause = self.errors[0].__cause__
        if isinstance(cause, Failure):
            return cause.kind
        return Kind.INVALID if cause is None else Kind.INTERNAL
