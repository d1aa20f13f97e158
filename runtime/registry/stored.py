"""Changes of the registry as text, for histories that outlive the node."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId

if TYPE_CHECKING:
    from collections.abc import Sequence


def written(changes: Sequence[Change]) -> str:
    """Write changes."""
    return json.dumps([_stored(change) for change in changes])


def read(text: str) -> list[Change]:
    """Read changes."""
    return [_change(stored) for stored in json.loads(text)]


def _stored(change: Change) -> dict[str, Any]:
    return {"action": change.action, "id": str(change.id), "entry": change.new.plain() if change.new else None}


def _change(stored: dict[str, Any]) -> Change:
    entry_id = EntryId.parse(stored["id"])
    plain = stored["entry"]
    entry = Entry(entry_id, plain["kind"], plain["meta"], plain["data"]) if plain is not None else None
    return Change(stored["action"], entry_id, entry)
