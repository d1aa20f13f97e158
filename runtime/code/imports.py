"""Who imports whom among the units of a node: load order, what a change reaches, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.code.unit import Unit
    from runtime.registry.entry import EntryId


def load_order(units: Mapping[EntryId, Unit], unit: Unit) -> list[tuple[str, Unit]]:
    """List what a unit imports, directly or not, with the alias it goes by, each after what it imports itself."""
    ordered: dict[tuple[str, EntryId], Unit] = {}
    _visit(units, unit, ordered, ())
    return [(alias, imported) for (alias, _), imported in ordered.items()]


def _visit(
    units: Mapping[EntryId, Unit], unit: Unit, ordered: dict[tuple[str, EntryId], Unit], path: tuple[EntryId, ...]
) -> None:
    if unit.id in path:
        raise Failure(Kind.INVALID, f"imports run in a circle: {spell(path[path.index(unit.id) :])}")
    for alias, target in unit.config.imports.items():
        if (alias, target) not in ordered:
            imported = units.get(target)
            if imported is None:
                raise Failure(Kind.NOT_FOUND, f"{unit.id} imports {target} as '{alias}', which is no Lua entry")
            _visit(units, imported, ordered, (*path, unit.id))
            ordered[alias, target] = imported


def spell(circle: tuple[EntryId, ...]) -> str:
    """Write a circle as `a -> b -> a`."""
    return " -> ".join(str(entry_id) for entry_id in (*circle, circle[0]))


def importers(units: Mapping[EntryId, Unit], entry_id: EntryId) -> list[EntryId]:
    """List the units that import one, directly or not."""
    found = {entry_id}
    grown = True
    while grown:
        more = {unit.id for unit in units.values() if found.intersection(unit.config.imports.values())}
        grown = not more <= found
        found |= more
    return sorted(found - {entry_id})


def missing(units: Mapping[EntryId, Unit], unit: Unit) -> tuple[str, EntryId] | None:
    """Give alias and id of an import that does not exist, None when all do."""
    return next(((alias, target) for alias, target in unit.config.imports.items() if target not in units), None)


def circle(units: Mapping[EntryId, Unit], unit: Unit) -> tuple[EntryId, ...]:
    """Give the circle of imports that a unit is in, beginning with it; empty when it is in none."""
    came_from: dict[EntryId, EntryId] = {}
    pending = [unit.id]
    while pending:
        importer = pending.pop()
        if importer not in units:
            continue
        for target in units[importer].config.imports.values():
            if target not in came_from:
                came_from[target] = importer
                pending.append(target)
    if unit.id not in came_from:
        return ()
    found = [came_from[unit.id]]
    while found[-1] != unit.id:
        found.append(came_from[found[-1]])
    return tuple(reversed(found))
