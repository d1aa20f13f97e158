"""The kinds function.lua, process.lua, library.lua and module.lua."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from runtime.code.unit import LuaConfig
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler

if TYPE_CHECKING:
    from runtime.code.codebase import CodeBase
    from runtime.code.unit import Unit
    from runtime.registry.entry import Entry, EntryId
    from runtime.registry.kinds import Node


class LuaKind(KindHandler):
    """Holds code: process.lua and libraries need no more."""

    kinds: ClassVar[tuple[str, ...]] = ("process.lua", "library.lua", "module.lua")
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


class FunctionKind(LuaKind):
    """Makes functions callable."""

    kinds: ClassVar[tuple[str, ...]] = ("function.lua",)

    def create(self, entry: Entry, config: LuaConfig) -> None:
        """Make the function callable."""
        super().create(entry, config)
        self.node.functions.put(self.code.get(entry.id))

    def update(self, old: Entry, new: Entry, config: LuaConfig) -> None:
        """Replace the function; calls under way finish on the old code."""
        super().update(old, new, config)
        self.node.functions.put(self.code.get(new.id))

    def delete(self, entry: Entry) -> None:
        """Make the function unknown."""
        self.node.functions.drop(entry.id)
        super().delete(entry)
