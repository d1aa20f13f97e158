"""A project: the directory with `wippy.lock`, and what that file says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.registry.document import Document, DocumentError, read_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOCK_FILE = "wippy.lock"
PACK = ".wapp"


class ProjectError(Exception):
    """There is no usable project: the text names the file, the place and the remedy."""


@dataclass(frozen=True)
class LockedModule:
    """A module that the project uses: `name` is `organization/module`."""

    name: str
    version: str
    hash: str = ""


@dataclass(frozen=True)
class Lock:
    """The content of `wippy.lock`; paths are as written, relative to the file.

    `replacements` maps modules to local directories.
    """

    src: str = "./src"
    modules_dir: str = ".wippy"
    modules: tuple[LockedModule, ...] = ()
    replacements: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """Where the files of an application are."""

    lock_file: Path
    lock: Lock
    # The pack that all entries come from, in place of source directories.
    pack: Path | None = None

    @classmethod
    def find(cls, start: Path) -> Project:
        """Open the project that `start` belongs to: the nearest directory upwards that holds `wippy.lock`.

        A pack is a project of its own, whose state is beside it.
        """
        start = start.resolve()
        if start.suffix == PACK:
            if not start.is_file():
                raise ProjectError(f"there is no pack {start}")
            return cls(start.parent / LOCK_FILE, Lock(), start)
        for directory in (start, *start.parents):
            if (directory / LOCK_FILE).is_file():
                return cls.open(directory / LOCK_FILE)
        raise ProjectError(
            f"no {LOCK_FILE} in {start} or a directory above it; run `wippy init` there to start a project"
        )

    @classmethod
    def open(cls, lock_file: Path) -> Project:
        """Open the project of a given lock file."""
        if not lock_file.is_file():
            raise ProjectError(f"there is no file {lock_file}; run `wippy init` to create it")
        return cls(lock_file.resolve(), read_lock(lock_file))

    @property
    def root(self) -> Path:
        """The directory that relative paths of the project start from."""
        return self.lock_file.parent

    @property
    def source_dirs(self) -> tuple[Path, ...]:
        """The directories that entries are loaded from, in load order."""
        return () if self.pack is not None else (self.root / self.lock.src,)

    @property
    def modules_dir(self) -> Path:
        """Where installed modules live."""
        return self.root / self.lock.modules_dir

    @property
    def state_dir(self) -> Path:
        """Where the runtime keeps what it can make again: compiled code, caches, the registry's history."""
        return self.root / ".wippy"


def read_lock(path: Path) -> Lock:
    """Read a lock file; raise ProjectError naming the line of what is wrong in it."""
    try:
        document = read_document(path)
    except DocumentError as error:
        raise ProjectError(
            f"{path}:{error.line}: {error.message}" + (f"; {error.remedy}" if error.remedy else "")
        ) from error
    return _LockReader(path, document).lock()


@dataclass(frozen=True)
class _LockReader:
    path: Path
    document: Document

    def wrong(self, where: tuple[str, ...], message: str) -> ProjectError:
        return ProjectError(f"{self.path}:{self.document.line(where)}: {message}")

    def section(self, name: str, kind: type) -> Any:
        whole = self.document.value or {}
        if not isinstance(whole, dict):
            raise self.wrong((), "the file must be a mapping with `directories:`; run `wippy init` to see one")
        value = whole.get(name) or kind()
        if not isinstance(value, kind):
            raise self.wrong((name,), f"'{name}' must be a {'mapping' if kind is dict else 'list'}")
        return value

    def directory(self, directories: dict[str, Any], name: str, default: str) -> str:
        value = directories.get(name, default)
        if not isinstance(value, str) or not value:
            raise self.wrong(("directories", name), f"'directories.{name}' must be a path such as {default}")
        return value

    def lock(self) -> Lock:
        directories = self.section("directories", dict)
        return Lock(
            src=self.directory(directories, "src", Lock.src),
            modules_dir=self.directory(directories, "modules", Lock.modules_dir),
            modules=tuple(self.module(index, item) for index, item in enumerate(self.section("modules", list))),
            replacements=dict(
                self.replacement(index, item) for index, item in enumerate(self.section("replacements", list))
            ),
            options=self.section("options", dict),
        )

    def fields(self, section: str, index: int, item: Any, names: tuple[str, ...]) -> list[str]:
        where = (section, str(index))
        if not isinstance(item, dict) or not all(isinstance(item.get(name), str) for name in names):
            raise self.wrong(
                where, f"each item of '{section}' needs {' and '.join(f'`{name}:`' for name in names)} as text"
            )
        return [item[name] for name in names]

    def module(self, index: int, item: Any) -> LockedModule:
        name, version = self.fields("modules", index, item, ("name", "version"))
        self.check_name(("modules", str(index), "name"), name)
        return LockedModule(name, version, str(item.get("hash") or ""))

    def replacement(self, index: int, item: Any) -> tuple[str, str]:
        source, target = self.fields("replacements", index, item, ("from", "to"))
        self.check_name(("replacements", str(index), "from"), source)
        return source, target

    def check_name(self, where: tuple[str, ...], name: str) -> None:
        if len([part for part in name.split("/") if part]) != 2:
            raise self.wrong(where, f"'{name}' is not a module name; write organization/module")
