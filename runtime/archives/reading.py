"""Reading archives: at random, from a file that can be positioned; in order, from anything that gives bytes."""

from __future__ import annotations

import datetime
import stat
import tarfile
import zipfile
from abc import ABC, abstractmethod
from typing import IO, TYPE_CHECKING, Any, Protocol

import zstandard

from runtime.archives.entry import DIRECTORY, FILE, LINK, OTHER, Entry, Limits, too_much, understood
from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

ZIP, TAR, TAR_GZ, TAR_ZST = "zip", "tar", "tar.gz", "tar.zst"
FORMATS = (ZIP, TAR, TAR_GZ, TAR_ZST)
SNIFFED = 512  # bytes that tell the format
_METHODS = {zipfile.ZIP_STORED: "store", zipfile.ZIP_DEFLATED: "deflate"}
_EXTENSIONS = {".zip": ZIP, ".tar": TAR, ".tar.gz": TAR_GZ, ".tgz": TAR_GZ, ".tar.zst": TAR_ZST}


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Give up to so many."""


class Archive(ABC):
    """An archive whose entries are known from the start."""

    entries: dict[str, Entry]

    @abstractmethod
    def open(self, name: str) -> Readable:
        """Read an entry that is a file."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""


class ZipArchive(Archive):
    """A zip file."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        with understood():
            self._zip = zipfile.ZipFile(file)
        self._file = file
        found = self._zip.infolist()
        if len(found) > limits.entries:
            raise too_much(f"it has more than {limits.entries} entries")
        self.entries = {info.filename: _zip_entry(info) for info in found}

    def open(self, name: str) -> Readable:
        """Read an entry."""
        with understood():
            return self._zip.open(name)

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()


class TarArchive(Archive):
    """A tar file without compression."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self.entries = {}
        self._members: dict[str, tarfile.TarInfo] = {}
        self._file = file
        with understood():
            self._tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115  (closed by close)
            for count, member in enumerate(self._tar, 1):
                if count > limits.entries:
                    raise too_much(f"it has more than {limits.entries} entries")
                self.entries[member.name] = tar_entry(member)
                self._members[member.name] = member

    def open(self, name: str) -> Readable:
        """Read an entry."""
        with understood():
            return _content(self._tar, self._members[name])

    def close(self) -> None:
        """Let go of the file."""
        self._tar.close()
        self._file.close()


def opened(file: IO[bytes], wanted: str, path: str, limits: Limits) -> Archive:
    """Open an archive for reading at random; Unavailable for formats that can only be read in order."""
    with understood():
        found = wanted or format_of(file.read(SNIFFED), path)
        file.seek(0)
    if found == ZIP:
        return ZipArchive(file, limits)
    if found == TAR:
        return TarArchive(file, limits)
    raise Failure(Kind.UNAVAILABLE, f"a {found} can only be read in order: use archive.scan()")


def scanned(source: Readable, wanted: str, limits: Limits) -> Iterator[tuple[Entry, Readable | None]]:
    """Go through an archive in order; what is read of an entry is gone when the next one comes."""
    if wanted == ZIP:
        raise Failure(Kind.UNAVAILABLE, "a zip cannot be read in order: write it to a file and use archive.open()")
    with understood():
        unpacked: Any = source
        if wanted == TAR_ZST:
            unpacked = zstandard.ZstdDecompressor().stream_reader(unpacked, read_across_frames=True)
        mode: Any = "r|gz" if wanted == TAR_GZ else "r|"
        tar = tarfile.open(fileobj=unpacked, mode=mode)  # noqa: SIM115  (its source is its owner's)
    members = iter(tar)
    for count in range(1, limits.entries + 2):
        with understood():
            member = next(members, None)
        if member is None:
            return
        if count > limits.entries:
            raise too_much(f"it has more than {limits.entries} entries")
        yield tar_entry(member), _content(tar, member) if member.isreg() else None


def format_of(beginning: bytes, path: str = "") -> str:
    """Tell the format by how an archive begins, else by its name."""
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if beginning.startswith(b"\x1f\x8b"):
        return TAR_GZ
    if beginning.startswith(b"\x28\xb5\x2f\xfd"):
        return TAR_ZST
    if beginning[257:262] == b"ustar":
        return TAR
    named = [kind for extension, kind in _EXTENSIONS.items() if path.lower().endswith(extension)]
    if not named:
        raise Failure(Kind.INVALID, "this is no archive of a known format")
    return named[-1]


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Readable:
    # Not of links, which would lead to other members.
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise Failure(Kind.INVALID, f"'{member.name}' is no file")
    return content


def _zip_entry(info: zipfile.ZipInfo) -> Entry:
    mode = info.external_attr >> 16
    kind = DIRECTORY if info.is_dir() else LINK if stat.S_ISLNK(mode) else FILE
    try:
        modified = int(datetime.datetime(*info.date_time, tzinfo=datetime.UTC).timestamp())
    except ValueError:
        modified = 0
    method = _METHODS.get(info.compress_type, str(info.compress_type))
    return Entry(
        info.filename, info.file_size, info.compress_size, mode & 0o7777, modified, method, info.CRC, kind
    )  # fmt: skip


def tar_entry(member: tarfile.TarInfo) -> Entry:
    """Tell what is known of a member of a tar file."""
    kind = DIRECTORY if member.isdir() else FILE if member.isreg() else LINK if member.issym() else OTHER
    name = f"{member.name}/" if member.isdir() else member.name
    return Entry(name, member.size, member.size, member.mode & 0o7777, int(member.mtime), "store", 0, kind)
