"""A template: its text read into what it renders, the blocks that it declares, and what it extends and imports."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.templates import statements
from runtime.templates.errors import TemplateError
from runtime.templates.expressions import Assignment, evaluation, read
from runtime.templates.scope import Block
from runtime.templates.source import Delimiters, Piece, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.templates.scope import Render, Scope

_WORD = re.compile(r"(\w+)\b\s*(.*)", re.DOTALL)
_NAME = re.compile(r"([A-Za-z_]\w*)\s*")
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|`[^`]*`")
_OPENING = frozenset({"if", "range", "block", "yield", "try"})
_ENDING = frozenset({"end", "else", "catch", "content"})


@dataclass
class Template:
    """A template that was read. `parent` and `imports` are names, which count when it is rendered."""

    name: str
    body: Render = field(default=statements.text(""))
    blocks: dict[str, Block] = field(default_factory=dict)
    parent: str | None = None
    imports: list[str] = field(default_factory=list)

    def render(self, scope: Scope) -> None:
        """Render into a scope: with one's own blocks over those of the templates that are extended and imported."""
        root, blocks = self._resolved(scope)
        scope.blocks = {**blocks, **scope.blocks} if scope.outer is None else {**scope.blocks, **blocks}
        try:
            root.body(scope)
        except statements.Returned:
            return

    def _resolved(self, scope: Scope) -> tuple[Template, dict[str, Block]]:
        template, blocks = self, dict(self.blocks)
        chain = [self.name]
        while True:
            for name in template.imports:
                blocks = {**scope.find(name, template.name).blocks, **blocks}
            if template.parent is None:
                return template, blocks
            template = scope.find(template.parent, template.name)
            if template.name in chain:
                raise TemplateError(f"templates extend one another in a circle: {' -> '.join([*chain, template.name])}")
            chain.append(template.name)
            blocks = {**template.blocks, **blocks}


def read_template(name: str, source: str, delimiters: Delimiters) -> Template:
    """Read a template; raise TemplateError with the place of the mistake."""
    reader = _Reader(Template(name), iter(pieces(source, delimiters)))
    try:
        return reader.read()
    except TemplateError as error:
        error.template = error.template or name
        error.line = error.line or reader.line
        raise


class _Reader:
    """Reads the pieces of one template."""

    def __init__(self, template: Template, found: Iterator[Piece]) -> None:
        self.line = 1
        self._template = template
        self._pieces = found
        self._depth = 0

    def read(self) -> Template:
        """Read all of it."""
        self._template.body, ending, _ = self._body()
        if ending:
            raise TemplateError(f"'{ending}' has nothing to end")
        return self._template

    def _body(self) -> tuple[Render, str, str]:
        """Read up to a keyword that ends a body: give what was read, the keyword and what stands behind it."""
        parts: list[Render] = []
        for piece in self._pieces:
            self.line = piece.line
            if not piece.is_action:
                parts.append(statements.text(piece.text))
                continue
            found = _WORD.match(piece.text)
            word, rest = (found[1], found[2]) if found else ("", piece.text)
            if word in _ENDING and (not rest or word in ("else", "catch")):
                return statements.sequence(parts), word, rest
            parts.append(statements.placed(self._action(word, rest, piece.text), self._template.name, piece.line))
        return statements.sequence(parts), "", ""

    def _nested(self, opening: str, *allowed: str) -> tuple[Render, str, str]:
        """Read a body that must be ended."""
        line = self.line
        body, ending, rest = self._body()
        if ending not in ("end", *allowed):
            reason = f"'{ending}' does not belong to '{opening}'" if ending else f"'{opening}' has no 'end'"
            raise TemplateError(reason, line=line if not ending else self.line)
        return body, ending, rest

    def _action(self, word: str, rest: str, whole: str) -> Render:
        statement = getattr(self, f"_read_{word}", None) if _is_statement(word, rest) else None
        if statement is not None:
            made: Render = statement(rest)
            return made
        if not whole:
            return statements.text("")
        value = read(whole)
        return value if isinstance(value, Assignment) else statements.expression(value)

    def _read_if(self, rest: str) -> Render:
        setup, semicolon, test = _split_outside(rest, ";")
        assignment = read(setup) if semicolon else None
        if assignment is not None and not isinstance(assignment, Assignment):
            raise TemplateError("before ';' stands an assignment")
        condition = evaluation(test if semicolon else rest)
        yes, ending, more = self._nested("if", "else")
        no: Render | None = None
        if ending == "else":
            found = _WORD.match(more)
            if found and found[1] == "if":
                no = self._read_if(found[2])  # which reads the `end` of both
            else:
                no, _, _ = self._nested("else")
        return statements.condition(assignment, condition, yes, no)

    def _read_range(self, rest: str) -> Render:
        made = read(rest) if rest else None
        if made is None:
            raise TemplateError("range needs something to range over")
        names, items = (made.names, made.value) if isinstance(made, Assignment) else ([], made)
        if len(names) > 2:
            raise TemplateError("range gives two values at most")
        body, ending, _ = self._nested("range", "else")
        otherwise = self._nested("else")[0] if ending == "else" else None
        return statements.Range(items, names, body, otherwise)

    def _read_block(self, rest: str) -> Render:
        name, parameters, context = _signature(rest)
        body, ending, _ = self._nested("block", "content")
        content = self._nested("content")[0] if ending == "content" else None
        listed = tuple((key, None if value is None else evaluation(value)) for key, value in parameters)
        block = Block(name, listed, evaluation(context) if context else None, body, content)
        self._template.blocks[name] = block
        return statements.declared_block(block)

    def _read_yield(self, rest: str) -> Render:
        found = _WORD.match(rest)
        if found and found[1] == "content" and not found[2].startswith("("):
            return statements.yielded_content(evaluation(found[2]) if found[2] else None)
        name, arguments, context = _signature(rest)
        has_content = re.search(r"(?:^|\s)content$", context) is not None
        context = re.sub(r"(?:^|\s)content$", "", context)
        content = self._nested("yield")[0] if has_content else None
        given = {key: evaluation(value) for key, value in arguments if value is not None}
        if len(given) != len(arguments):
            raise TemplateError("arguments of yield are written name=value")
        return statements.yielded(name, given, evaluation(context) if context else None, content)

    def _read_include(self, rest: str) -> Render:
        found = _STRING.match(rest)
        name, context = (rest[: found.end()], rest[found.end() :].strip()) if found else (rest, "")
        if context.startswith(("+", "|", "?")):
            name, context = rest, ""
        return statements.include(evaluation(name), evaluation(context) if context else None, self._template.name)

    def _read_extends(self, rest: str) -> Render:
        self._template.parent = _literal(rest, "extends")
        return statements.text("")

    def _read_import(self, rest: str) -> Render:
        self._template.imports.append(_literal(rest, "import"))
        return statements.text("")

    def _read_try(self, _rest: str) -> Render:
        body, ending, name = self._nested("try", "catch")
        otherwise = self._nested("catch")[0] if ending == "catch" else None
        return statements.attempt(body, name or None, otherwise)

    def _read_return(self, _rest: str) -> Render:
        return statements.stop


def _is_statement(word: str, rest: str) -> bool:
    """Tell a keyword from a variable of that name, which is assigned to, indexed or asked for a field."""
    if word in ("try", "return"):
        return not rest or word == "return"
    return bool(rest) and not re.match(r":=|=(?!=)|\.\w|\[|\|", rest)


def _literal(text: str, word: str) -> str:
    if not _STRING.fullmatch(text.strip()):
        raise TemplateError(f'{word} takes the name of a template in quotes: {word} "base"')
    return text.strip()[1:-1]


def _signature(text: str) -> tuple[str, list[tuple[str, str | None]], str]:
    """Read `name(a, b="x") context`: the name, the parameters, the rest."""
    found = _NAME.match(text)
    if found is None:
        raise TemplateError(f"the name of a block is missing before '{text}'")
    name, rest = found[1], text[found.end() :]
    if not rest.startswith("("):
        return name, [], rest.strip()
    inside, closing, after = _split_outside(rest[1:], ")")
    if not closing:
        raise TemplateError(f"'(' of block '{name}' has no ')'")
    parameters: list[tuple[str, str | None]] = []
    while inside.strip():
        part, _, inside = _split_outside(inside, ",")
        key, equals, value = part.partition("=")
        if not _NAME.fullmatch(key.strip()):
            raise TemplateError(f"'{part.strip()}' is no parameter: write name or name=value")
        parameters.append((key.strip(), value if equals else None))
    return name, parameters, after.strip()


def _split_outside(text: str, separator: str) -> tuple[str, str, str]:
    """Split at the first separator that stands in no quotes and no parentheses."""
    depth = position = 0
    while position < len(text):
        quoted = _STRING.match(text, position)
        if quoted:
            position = quoted.end()
            continue
        character = text[position]
        if character == separator and depth == 0:
            return text[:position], separator, text[position + 1 :]
        depth += (character in "([") - (character in ")]")
        position += 1
    return text, "", ""
