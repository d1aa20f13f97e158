"""The container of packs, `.wapp` (WIPPYPACK, version 1): entries and files of a module or an application.

A header of 268 bytes, then frames back to back (metadata, entries, a tree for each resource, contents of files), the
table of contents, and a footer that says where that is. Metadata, entries, trees and table are MessagePack of the old
specification (no str8, no bin), compressed with zstandard.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgpack
import zstandard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAGIC = b"WIPPYPACK"
VERSION = 1
_HEADER = struct.Struct("<9sBHQQ32s208x")
_FOOTER = struct.Struct("<QQ")
_MOST = 1 << 30  # bytes of data
_FRAME = 10 * 1024 * 1024  # bytes of files in a frame
_BLOB = 1024 * 1024  # bytes of a stored file above which it is cut
# Kinds of files that are compressed already.
_COMPRESSED = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf", ".otf"),
    *(".mp4", ".webm", ".mp3", ".ogg", ".wav", ".avi", ".mov"),
    *(".gz", ".zip", ".br", ".zst", ".7z", ".rar", ".bz2", ".xz"),
)


class PackError(ValueError):
    """A file that is no pack, or a damaged one; the text names what is wrong."""


@dataclass(frozen=True)
class Resource:
    """The files of a volume, by their path below it, each with its content."""

    namespace: str
    name: str
    files: Mapping[str, bytes]
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """What is in a pack; entries are as MessagePack has them: `ID`, `Kind`, `Meta`, `Data`."""

    metadata: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    resources: Sequence[Resource] = ()


def digest_of(path: Path) -> str:
    """Give the hash by which a pack is known: SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- writing ----------------------------------------------------------------------------------------------------------


class _Frames:
    """The data section while it is written."""

    def __init__(self) -> None:
        self.data = bytearray()

    def add(self, content: bytes, size: int) -> dict[str, Any]:
        """Append a frame and describe it; `size` is what it is without compression."""
        described = {
            "Offset": _HEADER.size + len(self.data),
            "Size": len(content),
            "UncompressedSize": size,
            "Hash": hashlib.sha256(content).hexdigest(),
        }
        self.data += content
        return described

    def add_packed(self, value: Any) -> dict[str, Any]:
        """Append a value."""
        plain = _pack(value)
        return self.add(_compress(plain), len(plain))


def write_pack(path: Path, pack: Pack) -> None:
    """Write a pack; the same content gives the same bytes."""
    frames = _Frames()
    metadata, entries = frames.add_packed(dict(pack.metadata)), frames.add_packed(list(pack.entries))
    writer = _FileWriter(2 + len(pack.resources))
    trees = [(resource, writer.tree(resource)) for resource in pack.resources]
    resources = [
        {
            "ID": {"ns": resource.namespace, "name": resource.name},
            "Type": "tree",
            "Meta": dict(resource.meta),
            "Frame": frames.add_packed(tree),
            "FileCount": len(resource.files),
            "TotalSize": sum(map(len, resource.files.values())),
        }
        for resource, tree in trees
    ]
    contents = [frames.add(bytes(content), len(content)) for content in writer.frames]
    table = _compress(_pack({"Metadata": metadata, "Entries": entries, "Resources": resources, "DataFrames": contents}))
    data = bytes(frames.data)
    header = _HEADER.pack(MAGIC, VERSION, 0, _HEADER.size, len(data), hashlib.sha256(data).digest())
    footer = _FOOTER.pack(_HEADER.size + len(data), len(table))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(header + data + table + footer)
    unfinished.replace(path)


class _FileWriter:
    """Puts contents of files into frames; `first` is the number of the first of them."""

    def __init__(self, first: int) -> None:
        self.frames: list[bytearray] = []
        self._first = first

    def tree(self, resource: Resource) -> dict[str, Any]:
        """Store the files of a resource and describe them."""
        directories: dict[str, set[str]] = {"": set()}
        files = {}
        for path, content in sorted(resource.files.items()):
            files[path] = self._file(path, content)
            parts = path.split("/")
            for depth in range(len(parts)):
                directories.setdefault("/".join(parts[:depth]), set()).add(parts[depth])
        return {
            "ID": {"ns": resource.namespace, "name": resource.name},
            "Meta": dict(resource.meta),
            "Files": files,
            "Dirs": {name: sorted(members) for name, members in sorted(directories.items())},
        }

    def _file(self, path: str, content: bytes) -> dict[str, Any]:
        stored = _compress(content) if content and not path.lower().endswith(_COMPRESSED) else content
        described: dict[str, Any] = {
            "Size": len(content),
            "Mode": 0o644,
            "ModTime": 0,  # of no matter to those who read, and different on every machine
            "Hash": hashlib.sha256(content).hexdigest(),
            "Compressed": stored is not content,
        }
        if stored is not content:
            described["CompressedSize"] = len(stored)
        pieces = [stored[at : at + _BLOB] for at in range(0, len(stored), _BLOB)] or [b""]
        places = [self._store(piece) for piece in pieces]
        described["Location"] = {"FrameIndex": places[0][0], "Offset": places[0][1]}
        if len(pieces) > 1:
            described["Location"]["Chunks"] = [
                {"Size": len(piece), "Offset": number * _BLOB, "FrameIndex": frame, "FrameOffset": offset}
                for number, (piece, (frame, offset)) in enumerate(zip(pieces, places, strict=True))
            ]
        return described

    def _store(self, piece: bytes) -> tuple[int, int]:
        if not self.frames or len(self.frames[-1]) + len(piece) > _FRAME:
            self.frames.append(bytearray())
        offset = len(self.frames[-1])
        self.frames[-1] += piece
        return self._first + len(self.frames) - 1, offset


def _pack(value: Any) -> bytes:
    return bytes(msgpack.packb(_sorted(value), use_bin_type=False, unicode_errors="surrogateescape"))


def _sorted(value: Any) -> Any:
    """Put the keys of mappings in order, as the reference writes them."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return [_sorted(item) for item in value] if isinstance(value, (list, tuple)) else value


def _compress(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=False).compress(content)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_pack(path: Path) -> Pack:
    """Read a pack; raise PackError for a file that is none, or whose content is not what its hashes say."""
    try:
        return _Reader(path.read_bytes()).read()
    except OSError as problem:
        raise PackError(f"{path} cannot be read: {problem.strerror}") from None
    except PackError as problem:
        raise PackError(f"{path} {problem}") from None
    except (KeyError, TypeError, ValueError, AttributeError, struct.error, zstandard.ZstdError) as problem:
        raise PackError(f"{path} is damaged: {problem!r}") from None


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        if len(content) < _HEADER.size + _FOOTER.size or not content.startswith(MAGIC):
            raise PackError("is no pack: it does not begin with WIPPYPACK")
        _, version, _, self._begin, size, digest = _HEADER.unpack_from(content)
        if version != VERSION:
            raise PackError(f"is a pack of version {version}; this runtime reads version {VERSION}")
        self._end = self._begin + size
        if size > _MOST or self._end > len(content) - _FOOTER.size:
            raise PackError("is damaged: it is shorter than it says")
        if hashlib.sha256(content[self._begin : self._end]).digest() != digest:
            raise PackError("is damaged: the hash of its data is another one")
        at, length = _FOOTER.unpack_from(content, len(content) - _FOOTER.size)
        if at < self._end or at + length > len(content) - _FOOTER.size:
            raise PackError("is damaged: its table of contents is not where it says")
        self._table = _names(_unpack(content[at : at + length]))

    def read(self) -> Pack:
        table = self._table
        contents = [self._frame(frame) for frame in table.get("DataFrames") or ()]
        resources = table.get("Resources") or ()
        return Pack(
            self._value(table["Metadata"]) or {},
            [_entry(entry) for entry in self._value(table["Entries"]) or ()],
            [self._resource(resource, contents, 2 + len(resources)) for resource in resources],
        )

    def _frame(self, described: Any) -> bytes:
        described = _names(described)
        at, size = described["Offset"], described["Size"]
        if not self._begin <= at <= at + size <= self._end:
            raise PackError("is damaged: a frame lies outside of the data")
        content = self._content[at : at + size]
        if hashlib.sha256(content).hexdigest() != described["Hash"]:
            raise PackError("is damaged: the hash of a frame is another one")
        return content

    def _value(self, described: Any) -> Any:
        return _unpack(self._frame(described))

    def _resource(self, described: Any, contents: Sequence[bytes], first: int) -> Resource:
        described = _names(described)
        identity, tree = _id(described["ID"]), _names(self._value(described["Frame"]))
        files = {path: _file(_names(file), contents, first) for path, file in (tree.get("Files") or {}).items()}
        return Resource(*identity, files, described.get("Meta") or {})


def _file(described: Mapping[str, Any], contents: Sequence[bytes], first: int) -> bytes:
    place = _names(described["Location"])
    stored_size = described.get("CompressedSize") if described.get("Compressed") else described["Size"]
    chunks = [_names(chunk) for chunk in place.get("Chunks") or ()]
    if chunks:
        stored = b"".join(
            contents[chunk["FrameIndex"] - first][chunk["FrameOffset"] : chunk["FrameOffset"] + chunk["Size"]]
            for chunk in chunks
        )
    elif not described["Size"]:
        stored = b""
    else:
        stored = contents[place["FrameIndex"] - first][place["Offset"] : place["Offset"] + (stored_size or 0)]
    content = _decompress(stored) if described.get("Compressed") else stored
    if hashlib.sha256(content).hexdigest() != described["Hash"]:
        raise PackError("is damaged: the hash of a file is another one")
    return content


def _entry(entry: Any) -> Mapping[str, Any]:
    entry = _names(entry)
    namespace, name = _id(entry["ID"])
    data = entry.get("Data")
    if isinstance(data, dict) and set(data) == {"Data", "Format"}:
        data = data["Data"]
    return {"ID": {"ns": namespace, "name": name}, "Kind": entry["Kind"], "Meta": entry.get("Meta") or {}, "Data": data}


def _id(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        namespace, _, name = value.partition(":")
        return namespace, name
    lowered = {key.lower(): item for key, item in value.items()}
    return str(lowered.get("ns") or lowered.get("namespace") or ""), str(lowered["name"])


def _names(value: Any) -> Any:
    """Give a structure with the names of its fields as `Offset`, whatever an older writer called them (`offset`)."""
    if not isinstance(value, dict):
        raise PackError("is damaged: a structure is missing")
    return {
        "ID" if key.lower() == "id" else "".join(part[:1].upper() + part[1:] for part in key.split("_")): item
        for key, item in value.items()
    }


def _unpack(content: bytes) -> Any:
    return msgpack.unpackb(_decompress(content), raw=False, unicode_errors="surrogateescape", strict_map_key=False)


def _decompress(content: bytes) -> bytes:
    """Decompress at most as much as a pack may hold."""
    with zstandard.ZstdDecompressor().stream_reader(content) as reader:
        plain = reader.read(_MOST + 1)
    if len(plain) > _MOST:
        raise PackError("is damaged: a frame is larger than a pack may be")
    return plain
