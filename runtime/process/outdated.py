"""Tells the processes that asked for it that their code has changed (documentation page lua/core/process)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from runtime.binding.text import encode
from runtime.lua.table import Table
from runtime.process import events
from runtime.process.mailbox import EVENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from runtime.lua.types import LuaValue
    from runtime.process.process import Process
    from runtime.registry.entry import EntryId


def tell(node: Any, changed: Iterable[EntryId]) -> None:
    """Send OUTDATED to every upgradable process whose entry changed, or imports one that did."""
    upgradable = node.processes.upgradable()
    if not upgradable:
        return
    # Each entry that is affected, with all that it affects in turn.
    reach = {entry_id: _reach(node, entry_id) for entry_id in changed}
    reach.update({near: _reach(node, near) for far in list(reach.values()) for near in far if near not in reach})
    for process in upgradable:
        sources = sorted(str(entry_id) for entry_id, affected in reach.items() if process.source in map(str, affected))
        if sources:
            _tell(process, sources)


def _reach(node: Any, entry_id: EntryId) -> Collection[EntryId]:
    return {entry_id, *node.code.importers(entry_id)}


def _tell(process: Process, sources: list[str]) -> None:
    """Send the event; where one waits unread its sources grow instead."""
    for event in process.mailbox.unread(EVENTS):
        if _is_outdated(event):
            known = event.get("sources")
            assert isinstance(known, Table)
            event.set("sources", _list({*(str(source) for _, source in known.items()), *map(encode, sources)}))
            return
    process.deliver(events.outdated_event(_list(map(encode, sources))))


def forget(process: Process) -> None:
    """Drop what waits unread: a process that has just begun anew is not outdated, and has not asked for the event."""
    process.mailbox.discard(EVENTS, _is_outdated)


def _is_outdated(event: LuaValue) -> TypeGuard[Table]:
    return isinstance(event, Table) and event.get("kind") == events.OUTDATED


def _list(sources: Iterable[str]) -> Table:
    return Table.from_list(sorted(sources))
