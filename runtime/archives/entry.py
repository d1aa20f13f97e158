"""What is known of an entry of an archive, where it may be extracted to, and how much may come out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.compression.codecs import CompressionError
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE, DIRECTORY, LINK, OTHER = "file", "directory", "symlink", "other"


@dataclass(frozen=True)
class Entry:
    """An entry; sizes in bytes, `modified` in seconds since 1970."""

    name: str
    size: int
    compressed_size: int
    mode: int
    modified: int
    method: str
    crc32: int
    type: str


@dataclass(frozen=True)
class Limits:
    """How much an archive may be; the first three bound work, `inline` what `read` puts into a string."""

    entries: int = 100_000
    total: int = 2 << 30
    file: int = 1 << 30
    inline: int = 16 << 20
    buffer: int = 64 << 10


class Budget:
    """What may still come out of an archive."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._left = limits.total

    def check(self, entry: Entry) -> None:
        """Refuse an entry that says itself that it is too large."""
        if entry.size > self.limits.file:
            raise too_much(f"'{entry.name}' has more than {self.limits.file} bytes")

    def spend(self, size: int) -> None:
        """Count what came out."""
        self._left -= size
        if self._left < 0:
            raise too_much(f"more than {self.limits.total} bytes came out")


def too_much(what: str) -> Failure:
    """Make the failure of an archive that exceeds a limit."""
    return Failure(Kind.INVALID, f"the archive exceeds a limit: {what}")


@contextmanager
def understood() -> Iterator[None]:
    """Say that an archive is damaged, in place of what the libraries raise for one."""
    import tarfile
    import zipfile
    import zlib

    import zstandard

    try:
        yield
    except (
        zipfile.BadZipFile, tarfile.TarError, zlib.error, zstandard.ZstdError, CompressionError, EOFError, OSError,
        ValueError, OverflowError, IndexError,
    ) as error:  # fmt: skip
        raise Failure(Kind.INVALID, f"the archive is damaged: {error or 'it is cut off'}") from None
    except (NotImplementedError, RuntimeError) as error:
        raise Failure(Kind.INVALID, f"the archive cannot be read: {error}") from None


def safe_path(name: str, strip: int = 0) -> str:
    """Give the path of an entry below where it is extracted; Invalid for a name that could lead elsewhere.

    `strip` leading parts are left out; a name that has no more gives "".
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or name[1:2] == ":"
    if absolute or ".." in parts or "\\" in name or "\0" in name or not parts:
        raise Failure(Kind.INVALID, f"the entry '{name}' is refused: its name could lead out of the directory")
    return "/".join(parts[strip:])
