"""What a template sees while it is rendered: variables, the context, blocks; and where its output goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from runtime.lua.stringlimit import MAX_STRING
from runtime.templates.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Evaluate: TypeAlias = "Callable[[Scope], Any]"
Render: TypeAlias = "Callable[[Scope], None]"
# Templates that include one another, and blocks that yield one another, may nest so deep.
MAX_DEPTH = 60


@dataclass(frozen=True)
class Block:
    """A block: its parameters with their defaults, its context when that is given, and what it renders."""

    name: str
    parameters: tuple[tuple[str, Evaluate | None], ...]
    context: Evaluate | None
    body: Render
    content: Render | None = None


@dataclass
class Output:
    """The text that was rendered so far."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def write(self, text: str) -> None:
        """Add text."""
        self.length += len(text)
        if self.length > MAX_STRING:
            raise TemplateError(f"the output is longer than {MAX_STRING >> 20} MiB")
        self.pieces.append(text)


@dataclass
class Scope:
    """Variables of one place, inside those of the places around it."""

    output: Output
    context: Any
    blocks: Mapping[str, Block]
    # Gives what a template of the set renders, by its name and the name of the template that asks.
    find: Callable[[str, str], Any]
    variables: dict[str, Any]
    outer: Scope | None = None
    content: Render | None = None
    depth: int = 0

    def inner(self, **changes: Any) -> Scope:
        """Make a scope inside this one."""
        made = Scope(self.output, self.context, self.blocks, self.find, {}, self, self.content, self.depth)
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    def deeper(self, **changes: Any) -> Scope:
        """Make a scope inside this one for another template or block."""
        if self.depth >= MAX_DEPTH:
            raise TemplateError(f"templates and blocks are nested deeper than {MAX_DEPTH}: do they include themselves?")
        return self.inner(depth=self.depth + 1, **changes)

    def holder(self, name: str) -> dict[str, Any] | None:
        """Give the variables among which a name is, None when it is nowhere."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables
            scope = scope.outer
        return None
