"""The entry: an id, a kind, metadata and data, and where it was declared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class EntryId:
    """The name of an entry: a dotted namespace and a name within it, written `namespace:name`."""

    ns: str
    name: str

    def __str__(self) -> str:
        return f"{self.ns}:{self.name}"

    @classmethod
    def parse(cls, text: str, default_ns: str | None = None) -> EntryId:
        """Split at the first colon; text without one is a name in `default_ns` (empty when not given)."""
        ns, colon, name = text.partition(":")
        return cls(ns, name) if colon else cls(default_ns or "", text)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry was declared: a file and the 1-based line at which the entry begins.

    `files` maps the dotted path of each value that came from `file://` to the file it was read from: `source`,
    `pages.0.text`, `meta.readme`. Paths below `meta` begin with `meta.`, all others are paths into the data.
    """

    file: Path
    line: int
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A declared thing. `meta` and `data` are plain data, text decoded.

    Nobody modifies them: whoever changes an entry makes another.
    """

    id: EntryId
    kind: str
    meta: Mapping[str, Any]
    data: Any
    origin: Origin | None = field(default=None, compare=False)

    def lookup(self, path: str, default: Any = None) -> Any:
        """Read a dotted path: `meta.x` in the metadata, `data.x` or plain `x` in the data."""
        head, _, rest = path.partition(".")
        value: Any = self.meta if head == "meta" else self.data
        for step in (rest if head in ("meta", "data") else path).split("."):
            if not isinstance(value, dict) or step not in value:
                return default
            value = value[step]
        return value

    def plain(self) -> dict[str, Any]:
        """Give the entry as plain data, as Lua code and the command line show it."""
        return {"id": str(self.id), "kind": self.kind, "meta": self.meta, "data": self.data}
