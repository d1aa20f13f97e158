"""Writing archives into a file, entry by entry."""

from __future__ import annotations

import io
import tarfile
import time
import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import zstandard

from runtime.archives.reading import TAR, TAR_GZ, TAR_ZST, ZIP

if TYPE_CHECKING:
    from runtime.archives.reading import Readable

_COMPRESSION = {"store": zipfile.ZIP_STORED, "deflate": zipfile.ZIP_DEFLATED}
_EARLIEST = 315_532_800  # 1980, before which zip knows no time
_TAR_MODES = {TAR: "w|", TAR_GZ: "w|gz", TAR_ZST: "w|"}


@dataclass(frozen=True)
class Attributes:
    """How an entry is written; `modified` in seconds since 1970, None for now."""

    method: str = "deflate"
    mode: int = 0o644
    modified: int | None = None

    @property
    def time(self) -> int:
        """The time to write."""
        return int(time.time()) if self.modified is None else self.modified


class Writer:
    """An archive that is being written; it is one when it is closed."""

    def __init__(self, file: IO[bytes], kind: str) -> None:
        self._file = file
        self._packed: Any = None
        self._zip: zipfile.ZipFile | None = None
        self._tar: Any = None
        if kind == ZIP:
            self._zip = zipfile.ZipFile(file, "w")
        else:
            self._packed = zstandard.ZstdCompressor().stream_writer(file, closefd=False) if kind == TAR_ZST else file
            self._tar = tarfile.open(fileobj=self._packed, mode=_TAR_MODES[kind])  # type: ignore[call-overload]  # noqa: SIM115
        self._closed = False

    def add(self, name: str, content: Readable, size: int, attributes: Attributes) -> None:
        """Add a file of a known size."""
        if self._zip is not None:
            self._add_to_zip(self._zip, name, content, attributes)
            return
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, attributes.mode, attributes.time
        self._tar.addfile(member, content)

    def add_directory(self, name: str, attributes: Attributes) -> None:
        """Add a directory."""
        if self._zip is not None:
            self._zip.writestr(_zip_info(f"{name}/", attributes), b"")
            return
        member = tarfile.TarInfo(name)
        member.type, member.mode, member.mtime = tarfile.DIRTYPE, attributes.mode, attributes.time
        self._tar.addfile(member)

    def close(self) -> None:
        """Finish the archive; once more does no harm."""
        if self._closed:
            return
        self._closed = True
        for part in (self._zip, self._tar, self._packed if self._packed is not self._file else None, self._file):
            if part is not None:
                part.close()

    @staticmethod
    def _add_to_zip(package: zipfile.ZipFile, name: str, content: Readable, attributes: Attributes) -> None:
        with package.open(_zip_info(name, attributes), "w", force_zip64=True) as entry:
            while piece := content.read(1 << 16):
                entry.write(piece)


def _zip_info(name: str, attributes: Attributes) -> zipfile.ZipInfo:
    written = time.gmtime(max(attributes.time, _EARLIEST))
    info = zipfile.ZipInfo(name, date_time=written[:6])
    info.compress_type = _COMPRESSION[attributes.method]
    info.external_attr = attributes.mode << 16
    return info


def in_memory(content: bytes) -> tuple[Readable, int]:
    """Give bytes as what can be added."""
    return io.BytesIO(content), len(content)
