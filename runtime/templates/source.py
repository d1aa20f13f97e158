"""The text of a template cut into what is written as it is and the actions between delimiters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.templates.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = r"\"(?:\\.|[^\"\\\n])*\"|`[^`]*`"


@dataclass(frozen=True)
class Delimiters:
    """What encloses actions and comments."""

    left: str = "{{"
    right: str = "}}"
    comment_left: str = "{*"
    comment_right: str = "*}"


@dataclass(frozen=True)
class Piece:
    """A piece of a template; the line is the one it begins in, 1-based."""

    text: str
    line: int
    is_action: bool


def pieces(source: str, delimiters: Delimiters) -> Iterator[Piece]:
    """Cut a template; `{{-` and `-}}` take the white space beside them along."""
    opening = re.compile(f"{re.escape(delimiters.comment_left)}|{re.escape(delimiters.left)}(?:-(?=\\s))?")
    right = re.escape(delimiters.right)
    closing = re.compile(f"(?:{_QUOTED}|(?!-?{right}).)*(-?){right}", re.DOTALL)
    position, line, trims = 0, 1, False
    while True:
        begin = opening.search(source, position)
        text = source[position : begin.start() if begin else len(source)]
        written = text.lstrip() if trims else text
        if begin and begin[0] == f"{delimiters.left}-":
            written = written.rstrip()
        if written:
            yield Piece(written, line, is_action=False)
        if begin is None:
            return
        line += text.count("\n")
        if begin[0] == delimiters.comment_left:
            end = source.find(delimiters.comment_right, begin.end())
            if end < 0:
                raise TemplateError(f"a comment has no '{delimiters.comment_right}'", line=line)
            position, trims = end + len(delimiters.comment_right), False
        else:
            found = closing.match(source, begin.end())
            if found is None:
                raise TemplateError(f"an action has no '{delimiters.right}'", line=line)
            position, trims = found.end(), found[1] == "-"
            content = source[begin.end() : found.end() - len(delimiters.right) - len(found[1])]
            yield Piece(content.strip(), line, is_action=True)
        line += source.count("\n", begin.start(), position)
