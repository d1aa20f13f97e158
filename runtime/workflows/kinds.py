"""The kind workflow.lua."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from runtime.code.kinds import LuaKind
from runtime.code.unit import LuaConfig
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from runtime.registry.entry import Entry
    from runtime.registry.kinds import Config


class WorkflowKind(LuaKind):
    """Holds the code of workflows."""

    kinds: ClassVar[tuple[str, ...]] = ("workflow.lua",)
    config: ClassVar[type] = LuaConfig

    def check(self, entry: Entry, config: Config) -> None:
        """Refuse modules whose work nobody records."""
        super().check(entry, config)
        for number, name in enumerate(config.modules):
            if name in self.node.modules and not self.node.workflows.allows(name):
                raise EntryError(
                    entry,
                    f"modules.{number}",
                    f"a workflow may not load '{name}', for what it does is not recorded",
                    "call it in a function, as an activity",
                )
