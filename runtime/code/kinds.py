"""The kinds function.lua, process.lua, library.lua and module.lua."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.binding import Failure
from runtime.code.unit import LuaConfig
from runtime.functions.options import check_options
from runtime.registry.entry import EntryId
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler

if TYPE_CHECKING:
    from runtime.code.codebase import CodeBase
    from runtime.code.unit import Unit
    from runtime.registry.entry import Entry
    from runtime.registry.kinds import Node


log = logging.getLogger("wippy.registry")


class LuaKind(KindHandler):
    """Holds code: libraries need no more."""

    kinds: ClassVar[tuple[str, ...]] = ("library.lua", "module.lua")
    config: ClassVar[type] = LuaConfig

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._compiled: dict[EntryId, Unit] = {}

    @property
    def code(self) -> CodeBase:
        code: CodeBase = self.node.code
        return code

    def check(self, entry: Entry, config: Config) -> None:
        """Refuse code that does not compile."""
        self._compiled[entry.id] = self.code.compile(entry, config)

    def _unit(self, entry: Entry, config: LuaConfig) -> Unit:
        unit = self._compiled.pop(entry.id, None)
        return unit if unit is not None and unit.config == config else self.code.compile(entry, config)

    def create(self, entry: Entry, config: LuaConfig) -> None:
        """Take the code in."""
        self.code.put(self._unit(entry, config))

    def update(self, _old: Entry, new: Entry, config: LuaConfig) -> None:
        """Take the new code in."""
        self.code.put(self._unit(new, config))

    def delete(self, entry: Entry) -> None:
        """Forget the code."""
        self.code.drop(entry.id)

    def commit(self) -> None:
        """Refuse imports that are not there or run in a circle; else let all changes of code take effect together.

        Functions that run other code now, or import it, start anew.
        """
        self._compiled.clear()
        refusals = [
            EntryError(entry_id, "imports", reason, "correct `imports:`")
            for entry_id, reason in self.code.wrong_imports().items()
        ]
        if refusals:
            raise EntryError(refusals[0].id, refusals[0].field, refusals[0].reason, refusals[0].remedy, refusals[1:])
        self.node.functions.renew(self.code.publish())


class CallableKind(LuaKind):
    """Holds code that can be called: the calls learn of a change at its commit, together with the code."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        # What this transaction brings, None for what it takes away; and what was published last.
        self._pending: dict[EntryId, Entry | None] = {}
        self._published: dict[EntryId, tuple[Unit, Mapping[str, Any]]] = {}

    def check(self, entry: Entry, config: Config) -> None:
        """Refuse options of calls that are not understood."""
        super().check(entry, config)
        _check_options(entry)

    def create(self, entry: Entry, config: LuaConfig) -> None:
        """Make the entry callable."""
        super().create(entry, config)
        self._pending[entry.id] = entry

    def update(self, old: Entry, new: Entry, config: LuaConfig) -> None:
        """Replace what is called; calls under way finish on the old code."""
        super().update(old, new, config)
        self._pending[new.id] = new

    def delete(self, entry: Entry) -> None:
        """Make the entry unknown."""
        super().delete(entry)
        self._pending[entry.id] = None

    def commit(self) -> None:
        """Let calls go to the new code, or nowhere."""
        super().commit()
        pending, self._pending = self._pending, {}
        for entry_id, entry in pending.items():
            if entry is None:
                self.node.functions.drop(entry_id)
                self._published.pop(entry_id, None)
            else:
                self._publish(entry)

    def _publish(self, entry: Entry) -> None:
        form = (self.code.get(entry.id), entry.meta)
        if self._published.get(entry.id) != form:  # it is the same where a transaction was undone
            self.offer(entry)
            self._published[entry.id] = form

    @abstractmethod
    def offer(self, entry: Entry) -> None:
        """Tell the node what calls of an entry do."""


class FunctionKind(CallableKind):
    """Makes functions callable."""

    kinds: ClassVar[tuple[str, ...]] = ("function.lua",)

    def offer(self, entry: Entry) -> None:
        """Let calls run the function."""
        self.node.functions.put(self.code.get(entry.id), options_of(entry))


class ProcessKind(CallableKind):
    """Holds the code of processes; one with a `default_host` can be called like a function (semantics 4.1)."""

    kinds: ClassVar[tuple[str, ...]] = ("process.lua",)

    def check(self, entry: Entry, config: Config) -> None:
        """Refuse a host that is no id, and options of calls that are not understood."""
        super().check(entry, config)
        _host_of(entry)
        if entry.lookup("lifecycle") is not None:  # page system/security shows it
            log.warning("%s: 'lifecycle' has no effect on code; declare a process.service that runs it", entry.id)

    def offer(self, entry: Entry) -> None:
        """Let calls start the process, if it says where."""
        host = _host_of(entry)
        if host is None:
            self.node.functions.drop(entry.id)
        else:
            self.node.functions.put_process(entry.id, host, options_of(entry))


def options_of(entry: Entry) -> Mapping[str, Any]:
    """Give the options of the calls of an entry."""
    options = entry.meta.get("options")
    return options if isinstance(options, Mapping) else {}


def _check_options(entry: Entry) -> None:
    try:
        check_options(options_of(entry))
    except Failure as failure:
        raise EntryError(entry, "meta.options", failure.message) from None


def _host_of(entry: Entry) -> EntryId | None:
    """Give the host of the calls of a process: `default_host` in `meta.options` or `meta`."""
    for where, given in (("meta.options", options_of(entry)), ("meta", entry.meta)):
        host = given.get("default_host")
        if isinstance(host, str) and host:
            return EntryId.parse(host, entry.id.ns)
        if host:
            raise EntryError(entry, f"{where}.default_host", "must be the id of a process.host")
    return None
