"""The history of the registry: its versions, what each changed, and which one is in force."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.registry.change import Change
    from runtime.registry.entry import Entry, EntryId

BASELINE = 0


class History(ABC):
    """Versions form a tree: each but the baseline, which is the state of the files, has a parent.

    `parents` maps every version to its parent, in ascending order; `head` is the version in force. Changes are kept as
    they took effect, without the former entries: a state is made by repeating them from the baseline on.
    """

    def __init__(self) -> None:
        self.parents: dict[int, int | None] = {BASELINE: None}
        self.head = BASELINE

    @property
    def following(self) -> int:
        """The number of the next version; numbers are never used again."""
        return next(reversed(self.parents)) + 1

    def check(self, version: int) -> None:
        """Raise Failure NOT_FOUND for a version that does not exist."""
        if version not in self.parents:
            raise Failure(Kind.NOT_FOUND, f"version not found: {version}")

    def child(self, version: int) -> int | None:
        """Give the newest version made from one; None when there is none."""
        return next((number for number in reversed(self.parents) if self.parents[number] == version), None)

    def state(self, baseline: Mapping[EntryId, Entry], version: int) -> dict[EntryId, Entry]:
        """Give the entries of a version.

        A change counts whatever the files say by now: an entry that they no longer have is created, one that is gone
        already stays so.
        """
        self.check(version)
        line: list[int] = []
        step: int | None = version
        while step is not None and step != BASELINE:
            line.append(step)
            step = self.parents[step]
        entries = dict(baseline)
        for number in reversed(line):
            for change in self.changes(number):
                if change.new is None:
                    entries.pop(change.id, None)
                else:
                    entries[change.id] = change.new
        return entries

    @abstractmethod
    def changes(self, version: int) -> Sequence[Change]:
        """Give what a version changed, in no particular order."""

    @abstractmethod
    def save(self, version: int, changes: Sequence[Change]) -> None:
        """Add a version made from the head, and make it the head; raise Failure when it cannot be kept."""

    @abstractmethod
    def move(self, version: int) -> None:
        """Make a known version the head; raise Failure when that cannot be kept."""

    def news(self) -> int | None:
        """Give the head that another process has set, whose versions are known now; None when there is nothing new."""
        return None

    def follow(self, version: int) -> None:
        """Take the head that another process has set for ours."""
        self.head = version

    def close(self) -> None:  # noqa: B027  (memory has nothing to release)
        """Release what is open."""


class MemoryHistory(History):
    """A history that ends with the node."""

    def __init__(self) -> None:
        super().__init__()
        self._changes: dict[int, tuple[Change, ...]] = {BASELINE: ()}

    def changes(self, version: int) -> Sequence[Change]:
        """Give what a version changed."""
        return self._changes[version]

    def save(self, version: int, changes: Sequence[Change]) -> None:
        """Add a version."""
        self._changes[version] = tuple(changes)
        self.parents[version] = self.head
        self.head = version

    def move(self, version: int) -> None:
        """Make a version the head."""
        self.head = version
