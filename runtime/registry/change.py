"""Changes of the registry: what is asked for, checked against a state, and what of it takes effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runtime.registry.entry import Entry, EntryId

Action: TypeAlias = Literal["create", "update", "delete"]


@dataclass(frozen=True)
class Change:
    """One wish or effect: `new` is the entry to be, None for a delete; `old` the one that was, known for an effect."""

    action: Action
    id: EntryId
    new: Entry | None = None
    old: Entry | None = None

    @property
    def entry(self) -> Entry:
        """The entry in question: what it becomes, or what it was. Only a wish to delete knows neither."""
        entry = self.new or self.old
        assert entry is not None
        return entry

    @classmethod
    def create(cls, entry: Entry) -> Change:
        """Ask for a new entry."""
        return cls("create", entry.id, entry)

    @classmethod
    def update(cls, entry: Entry) -> Change:
        """Ask for a new form of an entry; the kind cannot change."""
        return cls("update", entry.id, entry)

    @classmethod
    def delete(cls, entry_id: EntryId) -> Change:
        """Ask for the end of an entry."""
        return cls("delete", entry_id)


def outcome(entries: Mapping[EntryId, Entry], changes: Iterable[Change]) -> dict[EntryId, Entry]:
    """Give the state that changes, one after the other, would lead to; raise Failure INVALID for one that cannot be."""
    after = dict(entries)
    for change in changes:
        _refuse_impossible(after.get(change.id), change)
        if change.new is None:
            del after[change.id]
        else:
            after[change.id] = change.new
    return after


def _refuse_impossible(current: Entry | None, change: Change) -> None:
    reason = ""
    if change.action == "create" and current is not None:
        reason = "it exists already; use update"
    elif change.action != "create" and current is None:
        reason = "it does not exist"
    elif change.new is not None and change.new.data is None:
        reason = "configuration data is required; give it `data`"
    elif change.new is not None and current is not None and change.new.kind != current.kind:
        reason = f"its kind {current.kind} cannot become {change.new.kind}; delete it and create it again"
    if reason:
        raise Failure(Kind.INVALID, f"cannot {change.action} entry {change.id}: {reason}")


def effects(
    before: Mapping[EntryId, Entry], after: Mapping[EntryId, Entry], touched: Iterable[EntryId]
) -> list[Change]:
    """Give what really happens to the touched ids; an entry that changed its kind is deleted and created."""
    found = []
    for entry_id in dict.fromkeys(touched):
        old, new = before.get(entry_id), after.get(entry_id)
        if old is not None and new is not None and old.kind == new.kind:
            found.append(Change("update", entry_id, new, old))
            continue
        if old is not None:
            found.append(Change("delete", entry_id, None, old))
        if new is not None:
            found.append(Change("create", entry_id, new))
    return found


def difference(before: Mapping[EntryId, Entry], after: Mapping[EntryId, Entry]) -> list[Change]:
    """Give what leads from one state to another; entries that are the same in both are left out."""
    touched = [
        entry_id for entry_id in {**before, **after} if not _same_entry(before.get(entry_id), after.get(entry_id))
    ]
    return effects(before, after, touched)


def _same_entry(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or (
        one.kind == other.kind and _same(dict(one.meta), dict(other.meta)) and _same(one.data, other.data)
    )


def _same(one: Any, other: Any) -> bool:
    """Compare plain data by type too, for 1, 1.0 and true are equal in Python, and different values of an entry."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
