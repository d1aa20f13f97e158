"""Which services a service needs: those its lifecycle names and those its entry refers to, if only indirectly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from runtime.registry.entry import EntryId
    from runtime.supervisor.service import Service


@dataclass(frozen=True)
class Dependencies:
    """Answers for a set of services. `references` knows the entries of the registry."""

    services: Mapping[EntryId, Service]
    references: Callable[[EntryId], Iterable[EntryId] | None]

    def of(self, service: Service) -> tuple[list[EntryId], list[EntryId]]:
        """Give the services that must run before one, and the names in its lifecycle that nothing has."""
        explicit = service.lifecycle.dependencies
        missing = [name for name in explicit if name not in self.services and self.references(name) is None]
        found: dict[EntryId, None] = {}
        seen: set[EntryId] = {service.id}
        waiting = [*explicit, *(self.references(service.id) or ())]
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if name in self.services:
                found[name] = None
            else:
                waiting.extend(self.references(name) or ())
        return list(found), missing

    def closure(self, wanted: Iterable[EntryId]) -> dict[EntryId, list[EntryId]]:
        """Give each wanted service, and each that one of them needs, with what it needs."""
        needs: dict[EntryId, list[EntryId]] = {}
        waiting = list(wanted)
        while waiting:
            name = waiting.pop(0)
            if name not in needs:
                needs[name] = self.of(self.services[name])[0]
                waiting.extend(needs[name])
        return needs


def stop_levels(needs: Mapping[EntryId, Collection[EntryId]]) -> list[list[EntryId]]:
    """Give groups to stop one after the other: first what no other service needs; services in a ring come together."""
    left = {name: set(names) for name, names in needs.items()}
    levels = []
    while left:
        needed = {name for names in left.values() for name in names}
        level = [name for name in left if name not in needed] or list(left)
        levels.append(level)
        for name in level:
            del left[name]
    return levels


def find_cycle(needs: Mapping[EntryId, Collection[EntryId]]) -> list[EntryId]:
    """Give services that need each other in a ring, the first again at the end; empty when there is none."""
    left = {name: set(names) & needs.keys() for name, names in needs.items()}
    while free := [name for name, names in left.items() if not names]:
        for name in free:
            del left[name]
        for names in left.values():
            names.difference_update(free)
    if not left:
        return []
    # Each one left needs another one left: whoever walks along the needs comes back to where he was.
    path = [min(left)]
    while path[-1] not in path[:-1]:
        path.append(min(left[path[-1]]))
    return path[path.index(path[-1]) :]
