"""The kinds env.storage.* and env.variable."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.env.dotenv import FileOptions, FileStorage
from runtime.env.storage import MemoryStorage, OsStorage, ReadOnlyStorage, RouterStorage, Storage
from runtime.env.variables import Environment, Variable
from runtime.registry.entry import Entry, EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z0-9_]+")


class _EnvKind(KindHandler):
    @property
    def env(self) -> Environment:
        env: Environment = self.node.env
        return env


class StorageKind(_EnvKind):
    """What the kinds of storages have in common."""

    @abstractmethod
    def make(self, entry: Entry, config: Config) -> Storage:
        """Make the storage of an entry."""

    def create(self, entry: Entry, config: Config) -> None:
        """Make the storage known."""
        self.env.storages[entry.id] = self.make(entry, config)

    def update(self, _old: Entry, new: Entry, config: Config) -> None:
        """Put another storage in the place of the old one."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the storage."""
        self.env.storages.pop(entry.id, None)


@dataclass(frozen=True)
class NoConfig:
    """The data of a kind that needs none."""


class MemoryKind(StorageKind):
    """Runs env.storage.memory."""

    kinds: ClassVar[tuple[str, ...]] = ("env.storage.memory",)
    config: ClassVar[type] = NoConfig

    def make(self, _entry: Entry, _config: NoConfig) -> Storage:
        """Make an empty storage."""
        return MemoryStorage()

    def update(self, _old: Entry, new: Entry, config: NoConfig) -> None:
        """Keep the values: nothing about this storage can change."""


class OsKind(StorageKind):
    """Runs env.storage.os."""

    kinds: ClassVar[tuple[str, ...]] = ("env.storage.os",)
    config: ClassVar[type] = NoConfig

    def make(self, _entry: Entry, _config: NoConfig) -> Storage:
        """Offer the variables of this process."""
        return OsStorage()


@dataclass(frozen=True)
class StaticConfig:
    """The data of env.storage.static."""

    values: Mapping[str, str]


class StaticKind(StorageKind):
    """Runs env.storage.static."""

    kinds: ClassVar[tuple[str, ...]] = ("env.storage.static",)
    config: ClassVar[type] = StaticConfig

    def make(self, _entry: Entry, config: StaticConfig) -> Storage:
        """Offer the values of the entry."""
        return ReadOnlyStorage(config.values)


@dataclass(frozen=True)
class FileConfig:
    """The data of env.storage.file; a relative path starts from the project's root."""

    file_path: str
    auto_create: bool = False
    file_mode: int | str = 0o644
    dir_mode: int | str = 0o755


class FileKind(StorageKind):
    """Runs env.storage.file."""

    kinds: ClassVar[tuple[str, ...]] = ("env.storage.file",)
    config: ClassVar[type] = FileConfig

    def check(self, entry: Entry, config: FileConfig) -> None:
        """Refuse what cannot be a file."""
        _modes(entry, config)
        if not config.file_path.strip():
            raise EntryError(entry, "file_path", "the path is empty", "write a path such as config/app.env")
        if self._path(config).is_dir():
            raise EntryError(entry, "file_path", f"{config.file_path} is a directory", "name a file in it")

    def make(self, entry: Entry, config: FileConfig) -> Storage:
        """Offer the file."""
        file_mode, dir_mode = _modes(entry, config)
        return FileStorage(self._path(config), FileOptions(config.auto_create, file_mode, dir_mode))

    def _path(self, config: FileConfig) -> Path:
        return Path(self.node.project.root) / config.file_path


def _modes(entry: Entry, config: FileConfig) -> tuple[int, int]:
    return _mode(entry, "file_mode", config.file_mode), _mode(entry, "dir_mode", config.dir_mode)


def _mode(entry: Entry, field: str, given: int | str) -> int:
    """Read permissions: YAML takes 0600 for an octal number; in quotes it is one too."""
    try:
        mode = int(given, 8) if isinstance(given, str) else given
    except ValueError:
        mode = -1
    if not 0 < mode <= 0o777:
        raise EntryError(entry, field, f"{given!r} is no octal mode", "write it as 0600")
    return mode


@dataclass(frozen=True)
class RouterConfig:
    """The data of env.storage.router."""

    storages: tuple[EntryId, ...]


class RouterKind(StorageKind):
    """Runs env.storage.router."""

    kinds: ClassVar[tuple[str, ...]] = ("env.storage.router",)
    config: ClassVar[type] = RouterConfig

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._routes: dict[EntryId, tuple[EntryId, ...]] = {}

    def _reached(self, storages: tuple[EntryId, ...]) -> set[EntryId]:
        found: set[EntryId] = set()
        waiting = list(storages)
        while waiting:
            storage = waiting.pop()
            if storage not in found:
                found.add(storage)
                waiting.extend(self._routes.get(storage, ()))
        return found

    def check(self, entry: Entry, config: RouterConfig) -> None:
        """Refuse a router without storages."""
        if not config.storages:
            raise EntryError(entry, "storages", "the list is empty", "name at least one storage")

    def make(self, entry: Entry, config: RouterConfig) -> Storage:
        """Chain the storages, found anew at each use, for each may get a new form."""
        if entry.id in self._reached(config.storages):
            raise EntryError(entry, "storages", "the routers lead back to this one", "take it out of one of the lists")
        self._routes[entry.id] = config.storages
        return RouterStorage([_Reference(self.env, _known(self.env, entry, each)) for each in config.storages])

    def delete(self, entry: Entry) -> None:
        """Forget the router."""
        super().delete(entry)
        self._routes.pop(entry.id, None)


class _Reference(Storage):
    """A storage by its id."""

    def __init__(self, env: Environment, storage_id: EntryId) -> None:
        self._env = env
        self._id = storage_id

    def get(self, name: str) -> str | None:
        storage = self._env.storages.get(self._id)
        return storage.get(name) if storage is not None else None

    def set(self, name: str, value: str) -> None:
        self._env.storages[self._id].set(name, value)


def _known(env: Environment, entry: Entry, storage: EntryId) -> EntryId:
    if storage not in env.storages:
        field = "storage" if entry.kind == "env.variable" else "storages"
        raise EntryError(entry, field, f"there is no storage {storage}", "add an env.storage entry, or correct the id")
    return storage


@dataclass(frozen=True)
class VariableConfig:
    """The data of env.variable."""

    storage: EntryId
    variable: str = ""
    default: str | int | float | bool = ""
    readonly: bool = False


class VariableKind(_EnvKind):
    """Runs env.variable."""

    kinds: ClassVar[tuple[str, ...]] = ("env.variable",)
    config: ClassVar[type] = VariableConfig

    def check(self, entry: Entry, config: VariableConfig) -> None:
        """Refuse a name that no variable can have."""
        if config.variable and not _NAME.fullmatch(config.variable):
            reason = f"'{config.variable}' is no name"
            raise EntryError(entry, "variable", reason, "use letters, digits and underscores")

    def create(self, entry: Entry, config: VariableConfig) -> None:
        """Declare the variable."""
        owner = self.env.owner(config.variable)
        if owner is not None and owner != entry.id:
            raise EntryError(entry, "variable", f"{owner} has the name '{config.variable}' too", "choose another one")
        storage = _known(self.env, entry, config.storage)
        default = _text(config.default)
        self.env.declare(Variable(entry.id, storage, config.variable, default, config.readonly))

    def update(self, _old: Entry, new: Entry, config: VariableConfig) -> None:
        """Declare it anew."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the variable."""
        self.env.forget(entry.id)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


KINDS: Iterable[type[KindHandler]] = (MemoryKind, OsKind, StaticKind, FileKind, RouterKind, VariableKind)
