"""Packs of projects: what `wippy pack` puts into one, and the entries that come out of one."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from runtime.components.volumes import lay_out
from runtime.components.wapp import Pack, Resource, digest_of, read_pack
from runtime.registry.entry import Entry, EntryId
from runtime.registry.patterns import fits
from runtime.registry.requirements import link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

DIRECTORY, EMBEDDED = "fs.directory", "fs.embed"
_RESERVED = ("wippy.", "system.")


class PackingError(Exception):
    """A project that cannot be packed as asked; the text says why."""


@dataclass(frozen=True)
class Selection:
    """What goes into a pack: patterns `namespace:name` of volumes that are embedded, and of entries left out."""

    embed: Sequence[str] = ()
    exclude: Sequence[str] = ()
    exclude_namespaces: Sequence[str] = ()


@dataclass(frozen=True)
class Label:
    """What a pack says of itself."""

    description: str = ""
    tags: Sequence[str] = ()
    meta: Mapping[str, str] = field(default_factory=dict)


def make_pack(root: Path, entries: Sequence[Entry], selection: Selection, label: Label) -> Pack:
    """Make a pack of entries, linked as they are; volumes that are embedded become fs.embed with their files.

    The time of packing is written only where SOURCE_DATE_EPOCH gives it, so that the same sources give the same bytes.
    """
    kept = [entry for entry in link(entries) if not _is_excluded(entry, selection)]
    chosen = [entry for entry in kept if entry.kind == DIRECTORY and _matches(entry.id, selection.embed)]
    resources = [_resource(root, entry) for entry in chosen]
    embedded = {entry.id for entry in chosen}
    packed = [
        {
            "ID": {"ns": entry.id.ns, "name": entry.id.name},
            "Kind": EMBEDDED if entry.id in embedded else entry.kind,
            "Meta": _plain(entry.meta),
            "Data": {} if entry.id in embedded else _plain(entry.data),
        }
        for entry in sorted(kept, key=lambda entry: (entry.id.ns, entry.id.name))
    ]
    metadata: dict[str, Any] = {
        "wippy_version": version("wippy"),
        "entry_count": len(packed),
        "resource_count": len(resources),
        "description": label.description,
        "tags": list(label.tags),
    }
    if "SOURCE_DATE_EPOCH" in os.environ:
        metadata["packed_at"] = _moment(os.environ["SOURCE_DATE_EPOCH"])
    for name, value in label.meta.items():
        if name.startswith(_RESERVED):
            raise PackingError(f"metadata may not begin with {' or '.join(_RESERVED)}: {name}")
        metadata[name] = value
    return Pack(metadata, packed, resources)


def _moment(text: str) -> str:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(int(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise PackingError(f"SOURCE_DATE_EPOCH is {text}, and should be seconds since 1970") from None


def _is_excluded(entry: Entry, selection: Selection) -> bool:
    return any(fits(pattern, entry.id.ns) for pattern in selection.exclude_namespaces) or _matches(
        entry.id, selection.exclude
    )


def _matches(entry_id: EntryId, patterns: Sequence[str]) -> bool:
    """Tell whether a pattern names an entry: `namespace:name`, a name alone, or `**` for all."""
    for pattern in patterns:
        namespace, colon, name = pattern.partition(":")
        if pattern == "**" or (not colon and pattern == entry_id.name):
            return True
        if colon and fits(namespace, entry_id.ns) and fits(name, entry_id.name):
            return True
    return False


def _resource(root: Path, entry: Entry) -> Resource:
    given = entry.lookup("directory")
    directory = root / str(given or "")
    if not directory.is_dir():
        raise PackingError(f"{entry.id} cannot be embedded: there is no directory {directory}")
    files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in _files(directory)}
    return Resource(entry.id.ns, entry.id.name, files)


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _plain(value: Any) -> Any:
    """Give data as MessagePack holds it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def entries_of(pack: Pack, volumes: Path) -> list[Entry]:
    """Give the entries of a pack; its embedded volumes become directories below `volumes` that can only be read."""
    found = [
        Entry(EntryId(entry["ID"]["ns"], entry["ID"]["name"]), entry["Kind"], entry["Meta"], entry["Data"])
        for entry in pack.entries
    ]
    places = {EntryId(each.namespace, each.name): lay_out(each, volumes) for each in pack.resources}
    return [
        replace(entry, kind=DIRECTORY, data={"directory": str(places[entry.id]), "mode": "0555"})
        if entry.kind == EMBEDDED and entry.id in places
        else entry
        for entry in found
    ]


def open_pack(path: Path, digest: str = "") -> Pack:
    """Read a pack; raise PackingError when its hash is another one than that which is wanted."""
    if digest:
        found = digest_of(path)
        if found != digest:
            raise PackingError(f"{path} has the hash {found}, and the lock wants {digest}")
    return read_pack(path)
