"""The entry kind fs.directory: makes the volumes that files are reached through (page system/filesystem)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.files.directory import Directory
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler

if TYPE_CHECKING:
    from runtime.registry.entry import Entry

_MAX_MODE = 0o777
_READ, _PASS = 0o444, 2  # a right to read directories is of no use without the right to pass, two bits below


@dataclass(frozen=True)
class DirectoryConfig:
    """The data of an fs.directory entry."""

    directory: str
    auto_init: bool = False
    mode: str = "0755"
    base: str = "project"


class DirectoryKind(KindHandler):
    """Makes the volumes of fs.directory entries and puts them among the node's resources."""

    kinds: ClassVar[tuple[str, ...]] = ("fs.directory",)
    config: ClassVar[type] = DirectoryConfig

    def __init__(self, node: Any) -> None:
        super().__init__(node)
        self._node = node

    def check(self, entry: Entry, config: DirectoryConfig) -> None:
        """Refuse a mode that is not octal, an unknown base and a directory that is missing."""
        _mode(entry, config)
        if config.base != "project":
            raise EntryError(entry.id, "base", f"unknown base {config.base!r}", "use 'project' or leave it out")
        root = self._root(config)
        if root.exists() and not root.is_dir():
            raise EntryError(entry.id, "directory", f"{root} is not a directory", "name a directory")
        if not root.exists() and not config.auto_init:
            raise EntryError(entry.id, "directory", f"{root} does not exist", "create it, or set auto_init: true")

    def create(self, entry: Entry, config: DirectoryConfig) -> None:
        """Make the volume, and its directory if that is wanted."""
        root = self._root(config)
        mode = _mode(entry, config)
        if config.auto_init:
            root.mkdir(mode=mode, parents=True, exist_ok=True)
        self._node.resources.put(entry.id, Directory(root, mode))

    def update(self, _old: Entry, new: Entry, config: DirectoryConfig) -> None:
        """Put another volume in the place of the old one."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Take the volume away; its files stay."""
        self._node.resources.remove(entry.id)

    def _root(self, config: DirectoryConfig) -> Path:
        root: Path = Path(self._node.project.root) / config.directory
        return root


def _mode(entry: Entry, config: DirectoryConfig) -> int:
    try:
        mode = int(config.mode, 8)
    except ValueError:
        mode = -1
    if not 0 < mode <= _MAX_MODE:
        raise EntryError(entry.id, "mode", f"{config.mode!r} is no octal mode", 'write it as "0755"')
    return mode | (mode & _READ) >> _PASS
