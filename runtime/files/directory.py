"""A directory as a volume: paths in it use "/", and cannot leave it, neither by "..", nor through a symbolic link.

What may take long is meant to run on a thread; nothing here waits by itself or knows Lua.
"""

from __future__ import annotations

import io
import os
import posixpath
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.files.failures import guarded
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

MODE = 0o755
_FILE_MODE = 0o644
_READ, _WRITE = 0o400, 0o200
_FLAGS = {
    "r": os.O_RDONLY,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "wx": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
}


@dataclass(frozen=True)
class Info:
    """What is known of a file or directory; `modified` in seconds since 1970, `mode` without the type."""

    name: str
    size: int
    mode: int
    modified: int
    is_directory: bool


class Directory:
    """A volume. `root` is absolute with its symbolic links resolved; `mode` bounds what may be done with its files."""

    def __init__(self, root: Path, mode: int = MODE) -> None:
        self.root = Path(os.path.realpath(root))
        self.mode = mode

    def locate(self, path: str) -> Path | None:
        """Give the real path of a file or directory; None when it is missing or a link leads out of the volume."""
        if "\0" in path:
            return None
        try:
            found = Path(os.path.realpath(self.root / path.lstrip("/"), strict=True))
        except (OSError, ValueError):
            return None
        return found if self._holds(found) else None

    def open(self, path: str, mode: str) -> io.FileIO:
        """Open a file: r reads, w overwrites, wx makes a new one, a appends."""
        flags = _FLAGS.get(mode)
        if flags is None:
            raise Failure(Kind.INVALID, f"invalid mode '{mode}': use 'r', 'w', 'wx' or 'a'")
        self._demand(_READ if mode == "r" else _WRITE, path)
        with guarded("open", path):
            # Without O_NONBLOCK, opening a named pipe waits for somebody at its other end, and so would its thread.
            descriptor = os.open(self._real(path), flags | os.O_NONBLOCK | os.O_CLOEXEC, _FILE_MODE & self.mode)
        if not S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Failure(Kind.INVALID, f"{path} is no regular file")
        return io.FileIO(descriptor, "r" if mode == "r" else "a" if mode == "a" else "w")

    def info(self, path: str) -> Info:
        """Tell what is known of a file or directory."""
        with guarded("look at", path):
            return info_of(self._real(path).stat(), posixpath.basename(path) or "/")

    def make_directory(self, path: str) -> None:
        """Make a directory in one that exists."""
        self._demand(_WRITE, path)
        with guarded("make", path):
            self._real(path).mkdir(self.mode)

    def remove(self, path: str) -> None:
        """Remove a file, a link or an empty directory."""
        self._demand(_WRITE, path)
        target = self._named(path)
        if target == self.root:
            raise Failure(Kind.INVALID, "the root of a volume cannot be removed")
        with guarded("remove", path):
            if target.is_dir() and not target.is_symlink():
                target.rmdir()
            else:
                target.unlink()

    def entries(self, path: str) -> list[Info]:
        """List a directory by name."""
        self._demand(_READ, path)
        with guarded("list", path):
            return sorted(self._scan(self._real(path)), key=lambda info: info.name)

    def _scan(self, directory: Path) -> Iterator[Info]:
        with os.scandir(directory) as found:
            for item in found:
                yield info_of(item.stat(follow_symlinks=False), item.name)

    def _real(self, path: str) -> Path:
        """Give where a path leads, through links, whether something is there or not."""
        found = Path(os.path.realpath(self.root / path.lstrip("/")))
        if not self._holds(found):
            raise Failure(Kind.PERMISSION_DENIED, f"{path} leads out of the volume through a link")
        return found

    def _named(self, path: str) -> Path:
        """Give the place of a name itself: links on the way are followed, one at the end is not."""
        parent, name = posixpath.split(path.strip("/"))
        return self._real(parent) / name if name else self.root

    def _holds(self, found: Path) -> bool:
        return found == self.root or self.root in found.parents

    def _demand(self, right: int, path: str) -> None:
        if not self.mode & right:
            what = "read" if right == _READ else "write"
            raise Failure(Kind.PERMISSION_DENIED, f"{path}: the mode of the volume does not allow to {what}")


def info_of(status: os.stat_result, name: str) -> Info:
    """Put what the operating system tells into our form."""
    return Info(name, status.st_size, status.st_mode & 0o7777, int(status.st_mtime), S_ISDIR(status.st_mode))


def resolve(current: str, path: str) -> str:
    """Give a path from the root of a volume; a relative one begins at `current`. Invalid when it leaves the volume."""
    if not path or "\0" in path:
        raise Failure(Kind.INVALID, "a path must not be empty" if not path else "a path cannot hold a zero byte")
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(current.lstrip("/"), path)
    normal = posixpath.normpath(joined or ".")
    if normal == ".." or normal.startswith("../"):
        raise Failure(Kind.INVALID, f"{path} leads out of the volume")
    return "/" if normal == "." else f"/{normal}"
