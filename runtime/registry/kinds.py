"""Entry kinds: the declaration of what runs entries of a kind, and the table that finds it."""

from __future__ import annotations

import dataclasses
import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, ClassVar, TypeAlias

from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError

# The composition root (`runtime.node.Node`), which imports all handlers and so cannot be imported by them.
Node: TypeAlias = Any
# An instance of the handler's own `config` class.
Config: TypeAlias = Any

# Kinds that are data only: no handler sees them.
PLAIN_KINDS = frozenset({"registry.entry", "ns.definition", "ns.requirement", "ns.dependency"})
ENTRY_POINT_GROUP = "wippy.kinds"
# Kinds that the documentation has and this runtime may lack (docs/differences.md): no misspellings.
_DOCUMENTED = frozenset({
    "cloudstorage.s3", "config.aws", "contract.binding", "contract.definition", "db.cdc.postgres", "db.sql.mysql",
    "db.sql.postgres", "exec.docker", "fs.embed", "function.lua.bc", "function.wasm", "function.wat",
    "library.lua.bc", "network", "network.i2p", "network.socks5", "network.tailscale", "pg.scope",
    "process.lua.bc", "process.wasm", "queue.driver.amqp", "queue.driver.sqs", "store.kv.crdt", "store.kv.raft",
    "temporal.client", "temporal.worker", "workflow.lua", "workflow.lua.bc",
})  # fmt: skip


class KindHandler(ABC):
    """Runs the entries of some kinds.

    The registry decodes an entry into `config`, asks every `check` of a transaction first, then calls `create`,
    `update` and `delete` in the order of references, and `commit` once at the end. All but `commit` may raise
    EntryError; the transaction is then undone by the opposite calls.
    """

    kinds: ClassVar[tuple[str, ...]]
    config: ClassVar[type]

    def __init__(self, node: Node) -> None:
        self.node = node

    def check(self, entry: Entry, config: Config) -> None:  # noqa: B027  (most handlers have nothing to add to decoding)
        """Refuse an entry that could not run, without any effect."""

    @abstractmethod
    def create(self, entry: Entry, config: Config) -> None:
        """Bring a new entry to life; entries that it refers to are there already."""

    @abstractmethod
    def update(self, old: Entry, new: Entry, config: Config) -> None:
        """Replace an entry by its new form; `config` is the new one."""

    @abstractmethod
    def delete(self, entry: Entry) -> None:
        """End an entry; entries that refer to it have been ended before."""

    def commit(self) -> None:  # noqa: B027  (most handlers act at once)
        """Finish a transaction in which this handler took part, or its undoing."""

    def references(self, entry: Entry, config: Config) -> Iterable[EntryId]:
        """Name the entries that must exist before this one; by default all that the config and the lifecycle name."""
        yield from ids_in(config)
        yield from lifecycle_references(entry)


def ids_in(value: Any) -> Iterator[EntryId]:
    """Find every entry id in a decoded config."""
    if isinstance(value, EntryId):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from ids_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from ids_in(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from ids_in(item)


def lifecycle_references(entry: Entry) -> Iterator[EntryId]:
    """Name what the lifecycle, `meta.depends_on` and `meta.parent` name; leave checking to others."""
    for path in ("lifecycle.requires", "lifecycle.depends_on", "meta.depends_on", "meta.parent"):
        value = entry.lookup(path)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item:
                yield EntryId.parse(item, entry.id.ns)


class KindTable:
    """Which handler runs which kind."""

    def __init__(self) -> None:
        self._handlers: dict[str, KindHandler] = {}

    def register(self, handler: KindHandler) -> None:
        """Add a handler for its kinds; two handlers for one kind are a mistake in the program."""
        for kind in handler.kinds:
            if kind in self._handlers or kind in PLAIN_KINDS:
                taken = type(self._handlers[kind]).__qualname__ if kind in self._handlers else "the registry"
                raise ValueError(f"kind {kind} of {type(handler).__qualname__} is taken by {taken}")
        self._handlers.update(dict.fromkeys(handler.kinds, handler))

    def load_plugins(self, node: Node) -> None:
        """Add the handlers that installed packages offer in the entry-point group `wippy.kinds`."""
        for point in entry_points(group=ENTRY_POINT_GROUP):
            made = point.load()
            if not (isinstance(made, type) and issubclass(made, KindHandler)):
                raise TypeError(
                    f"{point.value}, entry point {point.name} of {ENTRY_POINT_GROUP}, is no KindHandler class"
                )
            self.register(made(node))

    def find(self, kind: str) -> KindHandler | None:
        """Give the handler of a kind, None for a plain or unknown one."""
        return self._handlers.get(kind)

    def is_known(self, kind: str) -> bool:
        """Tell whether entries of a kind may exist."""
        return kind in self._handlers or kind in PLAIN_KINDS

    def known(self) -> list[str]:
        """List all kinds."""
        return sorted({*self._handlers, *PLAIN_KINDS})

    def unknown(self, entry: Entry) -> EntryError:
        """Make the refusal of an entry whose kind nobody knows, with the nearest kind that is known."""
        if entry.kind in _DOCUMENTED:
            remedy = "remove the entry, or start without it by --set registry.unknown_kinds=warn"
            return EntryError(entry, "kind", f"entries of the kind {entry.kind} cannot be run yet", remedy)
        near = difflib.get_close_matches(entry.kind, self.known(), 1, 0.6)
        remedy = f"did you mean {near[0]}?" if near else "check the spelling, or install the package that provides it"
        return EntryError(entry, "kind", f"no such kind: {entry.kind}", remedy)
