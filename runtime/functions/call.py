"""What a call is while it is on its way: asked for, passed through interceptors, running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.lua.types import LuaValue
    from runtime.process.completion import Completion
    from runtime.process.context import CallContext
    from runtime.registry.entry import EntryId


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that is asked for; `options` are those of the entry overlaid by those of the caller."""

    target: EntryId
    arguments: Sequence[LuaValue]
    context: CallContext
    options: Mapping[str, Any]


class Running(Protocol):
    """A call under way: a process, or several one after the other that look like one."""

    @property
    def completion(self) -> Completion:
        """Tell its outcome when it is over."""

    def terminate(self, message: str, kind: str) -> None:
        """End it with an error."""


Proceed: TypeAlias = Callable[[Invocation], Running]
# Gets a call and what carries it out, and gives what runs in its stead; it must not wait.
Interceptor: TypeAlias = Callable[[Invocation, Proceed], Running]


class Callee(Protocol):
    """What a call of an id leads to; `options` are those of its entry."""

    options: Mapping[str, Any]

    def begin(self, arguments: Sequence[LuaValue], context: CallContext) -> Running:
        """Start a call without waiting; raise Failure when it cannot start."""

    def close(self) -> None:
        """Take leave: the calls under way go on."""
