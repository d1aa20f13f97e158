"""What actions do when a template is rendered: each makes a closure over the scope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runtime.templates.errors import TemplateError
from runtime.templates.scope import Block, Output
from runtime.templates.values import escaped, kind, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.templates.expressions import Assignment
    from runtime.templates.scope import Evaluate, Render, Scope


class Returned(Exception):  # noqa: N818  (it ends a template and is no error)
    """A `return` ends the template."""


def text(content: str) -> Render:
    """Write text as it is."""
    return lambda scope: scope.output.write(content)


def expression(value: Evaluate) -> Render:
    """Write a value, escaped."""
    return lambda scope: scope.output.write(escaped(shown(value(scope))))


def sequence(parts: Sequence[Render]) -> Render:
    """Do one after the other."""
    if len(parts) == 1:
        return parts[0]

    def render(scope: Scope) -> None:
        for part in parts:
            part(scope)

    return render


def condition(setup: Assignment | None, test: Evaluate, yes: Render, no: Render | None) -> Render:
    """Do one thing or another, in a scope of their own."""

    def render(scope: Scope) -> None:
        inner = scope.inner()
        if setup is not None:
            setup(inner)
        if test(inner):
            yes(inner)
        elif no is not None:
            no(inner)

    return render


@dataclass(frozen=True)
class Range:
    """Do something for each item. One name gets the index or key and the item becomes the context; two get both."""

    items: Evaluate
    names: Sequence[str]
    body: Render
    otherwise: Render | None

    def __call__(self, scope: Scope) -> None:
        """Go through the items."""
        items = self.items(scope)
        pairs = list(_pairs(items))
        if not pairs and self.otherwise is not None:
            self.otherwise(scope.inner())
        for key, item in pairs:
            inner = scope.inner(variables=dict(zip(self.names, (key, item), strict=False)))
            if len(self.names) < 2:
                inner.context = item
            self.body(inner)


def _pairs(items: Any) -> Any:
    if items is None:
        return ()
    if isinstance(items, dict):
        return items.items()
    if isinstance(items, list):
        return enumerate(items)
    raise TemplateError(f"{kind(items)} cannot be ranged over")


def attempt(body: Render, name: str | None, otherwise: Render | None) -> Render:
    """Do something; when it fails, do something else in its place."""

    def render(scope: Scope) -> None:
        output = Output(length=scope.output.length)
        try:
            body(scope.inner(output=output))
        except TemplateError as error:
            if otherwise is not None:
                otherwise(scope.inner(variables={name: str(error)} if name else {}))
            return
        scope.output.pieces += output.pieces
        scope.output.length = output.length

    return render


def include(name: Evaluate, context: Evaluate | None, asking: str) -> Render:
    """Render another template in the place of this action."""

    def render(scope: Scope) -> None:
        wanted = name(scope)
        if not isinstance(wanted, str):
            raise TemplateError(f"the name of a template is text, not {kind(wanted)}")
        found = scope.find(wanted, asking)
        changes = {} if context is None else {"context": context(scope)}
        found.render(scope.deeper(**changes))

    return render


def declared_block(block: Block) -> Render:
    """Render a block where it is declared: the one of that name that counts, which may be another's."""

    def render(scope: Scope) -> None:
        rendered_block(scope.blocks.get(block.name, block), {}, None, None, scope)

    return render


def yielded(name: str, arguments: dict[str, Evaluate], context: Evaluate | None, content: Render | None) -> Render:
    """Render a block that is declared elsewhere."""

    def render(scope: Scope) -> None:
        block = scope.blocks.get(name)
        if block is None:
            raise TemplateError(f"there is no block '{name}'")
        rendered_block(block, arguments, context, content, scope)

    return render


def rendered_block(
    block: Block, arguments: dict[str, Evaluate], context: Evaluate | None, content: Render | None, scope: Scope
) -> None:
    """Render a block with arguments; its content is rendered where it is yielded, as the caller sees things."""
    unknown = arguments.keys() - dict(block.parameters).keys()
    if unknown:
        raise TemplateError(f"block '{block.name}' has no parameter '{min(unknown)}'")
    inner = scope.deeper()
    for name, default in block.parameters:
        given = arguments.get(name, default)
        inner.variables[name] = None if given is None else given(scope)
    chosen = context if context is not None else block.context
    if chosen is not None:
        inner.context = chosen(scope)
    shown_content = content if content is not None else block.content
    inner.content = None if shown_content is None else _as_seen_from(scope, shown_content)
    block.body(inner)


def _as_seen_from(caller: Scope, content: Render) -> Render:
    def render(scope: Scope) -> None:
        content(replace(caller, output=scope.output, outer=caller, variables={}, depth=scope.depth))

    return render


def yielded_content(context: Evaluate | None) -> Render:
    """Render the content that the block was given; nothing when it was given none."""

    def render(scope: Scope) -> None:
        if scope.content is not None:
            changes = {} if context is None else {"context": context(scope)}
            scope.content(scope.deeper(**changes))

    return render


def stop(_scope: Scope) -> None:
    """End the template."""
    raise Returned


def placed(render: Render, template: str, line: int) -> Render:
    """Say where a mistake is, unless that is known more closely."""

    def render_placed(scope: Scope) -> None:
        try:
            render(scope)
        except TemplateError as error:
            if not error.template:
                error.template, error.line = template, line
            raise
        except RecursionError:
            raise TemplateError("it is nested too deeply", template, line) from None

    return render_placed
