"""What HTTP needs of the node; `runtime.node.Node` has all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.lua.types import LuaValue
    from runtime.process.context import CallContext
    from runtime.registry.entry import EntryId


class Functions(Protocol):
    """Calls functions by their registry id."""

    def call(self, target: EntryId | str, args: Sequence[LuaValue], context: CallContext) -> LuaValue:
        """Call a function and wait for its result; raise Failure."""
