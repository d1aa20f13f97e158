"""The order in which entries come to life: what an entry refers to first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from runtime.registry.change import Change
    from runtime.registry.entry import Entry, EntryId


def creation_order(entries: Iterable[Entry], references: Callable[[Entry], Iterable[EntryId]]) -> list[Entry]:
    """Sort so that referred entries come before those that refer to them; otherwise the given order stays.

    References to entries that are not in the list do not count. `ns:x` stands for all entries of namespace x and
    `group:x` for all with x in `meta.groups`. A cycle is broken where it was entered.
    """
    by_id = {entry.id: entry for entry in entries}
    spread = _Spread(by_id)
    done: dict[EntryId, Entry] = {}
    entered: set[EntryId] = set()
    for start in by_id.values():
        # A stack of iterators in place of recursion, for chains of references may be long.
        path: list[tuple[Entry, Iterator[Entry]]] = []
        _enter(start, path, entered, references, spread)
        while path:
            entry, waiting = path[-1]
            following = next(waiting, None)
            if following is None:
                path.pop()
                done[entry.id] = entry
            else:
                _enter(following, path, entered, references, spread)
    return list(done.values())


def in_order(changes: Sequence[Change], references: Callable[[Change], Iterable[EntryId]]) -> list[Change]:
    """Sort changes: deletes first, dependants before what they refer to; then the rest, what is referred to first."""
    deleted = _sorted([change for change in changes if change.new is None], references)
    return [*reversed(deleted), *_sorted([change for change in changes if change.new is not None], references)]


def _sorted(changes: Sequence[Change], references: Callable[[Change], Iterable[EntryId]]) -> list[Change]:
    by_id = {change.id: change for change in changes}
    entries = creation_order([change.entry for change in changes], lambda entry: references(by_id[entry.id]))
    return [by_id[entry.id] for entry in entries]


def _enter(
    entry: Entry,
    path: list[tuple[Entry, Iterator[Entry]]],
    entered: set[EntryId],
    references: Callable[[Entry], Iterable[EntryId]],
    spread: _Spread,
) -> None:
    if entry.id not in entered:
        entered.add(entry.id)
        path.append((entry, spread.targets(references(entry))))


class _Spread:
    """Resolves references, including those to whole namespaces and groups."""

    def __init__(self, by_id: Mapping[EntryId, Entry]) -> None:
        self.by_id = by_id
        self.groups: dict[str, list[Entry]] = {}
        self.namespaces: dict[str, list[Entry]] = {}
        for entry in by_id.values():
            self.namespaces.setdefault(entry.id.ns, []).append(entry)
            groups = entry.meta.get("groups")
            for group in groups if isinstance(groups, list) else ():
                self.groups.setdefault(str(group), []).append(entry)

    def targets(self, references: Iterable[EntryId]) -> Iterator[Entry]:
        for reference in references:
            if reference in self.by_id:
                yield self.by_id[reference]
            elif reference.ns == "group":
                yield from self.groups.get(reference.name, ())
            elif reference.ns == "ns":
                yield from self.namespaces.get(reference.name, ())
