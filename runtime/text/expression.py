"""Regular expressions by RE2, with what Go's package makes of matches: which empty ones count, templates, splitting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import re2  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]
_TEMPLATE = re.compile(rb"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)
_MAX_MEMORY = 8 << 20  # bytes for one expression, RE2's own default


class ExpressionError(ValueError):
    """An expression that RE2 refuses."""


class Expression:
    """A compiled expression; texts are bytes, taken for UTF-8, and places in them are 0-based offsets."""

    def __init__(self, source: bytes) -> None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MAX_MEMORY
        self.source = source
        try:
            self._compiled: Any = re2.compile(source, options)
        except re2.error as error:
            reason = error.args[0]
            raise ExpressionError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason) from None

    @property
    def groups(self) -> int:
        """Count the groups."""
        return int(self._compiled.groups)

    @property
    def names(self) -> list[bytes]:
        """Name the groups, beginning with the whole match; those without a name have an empty one."""
        names = [b""] * (self.groups + 1)
        for name, index in self._compiled.groupindex.items():
            names[index] = name
        return names

    def find(self, text: bytes) -> list[Span] | None:
        """Find the leftmost match: where it and each of its groups are, (-1, -1) for one that took no part."""
        return self._at(text, 0)

    def find_all(self, text: bytes) -> list[list[Span]]:
        """Find all matches that do not overlap."""
        return list(self._matches(text))

    def replace(self, text: bytes, template: bytes) -> bytes:
        """Replace all matches; `$1`, `${1}`, `$name` and `${name}` in the template stand for groups, `$$` for `$`."""
        names = {name: index for index, name in enumerate(self.names) if name}
        pieces: list[bytes] = []
        last = 0
        for spans in self._matches(text):
            pieces += (text[last : spans[0][0]], self._expanded(template, text, spans, names))
            last = spans[0][1]
        return b"".join([*pieces, text[last:]])

    def split(self, text: bytes, limit: int) -> list[bytes]:
        """Give what lies between matches, in at most `limit` pieces; below zero there is no limit, at zero nothing."""
        if limit == 0:
            return []
        if self.source and not text:
            return [b""]
        pieces: list[bytes] = []
        begin = end = 0
        for spans in self._matches(text):
            if len(pieces) == limit - 1:
                break
            end, following = spans[0]
            if following:
                pieces.append(text[begin:end])
            begin = following
        if end != len(text):
            pieces.append(text[begin:])
        return pieces

    def _matches(self, text: bytes) -> Iterator[list[Span]]:
        """Go through the matches. An empty one right behind another is none, as in Go."""
        position = 0
        previous = -1
        while position <= len(text):
            spans = self._at(text, position)
            if spans is None:
                return
            begin, end = spans[0]
            if end > begin or begin != previous:
                yield spans
            position = end if end > position else _next_character(text, position)
            previous = end

    def _at(self, text: bytes, position: int) -> list[Span] | None:
        found = self._compiled.search(text, position)
        return None if found is None else [found.span(group) for group in range(self.groups + 1)]

    def _expanded(self, template: bytes, text: bytes, spans: list[Span], names: dict[bytes, int]) -> bytes:
        def value(reference: re.Match[bytes]) -> bytes:
            if reference[1]:
                return b"$"
            name = reference[2] or reference[3]
            index = int(name) if name.isdigit() else names.get(name, -1)
            return text[slice(*spans[index])] if 0 <= index < len(spans) and spans[index][0] >= 0 else b""

        return _TEMPLATE.sub(value, template)


def _next_character(text: bytes, position: int) -> int:
    """Step over one character of UTF-8, or over one byte that begins none."""
    lead = text[position] if position < len(text) else 0
    width = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    try:
        text[position : position + width].decode("utf-8")
    except UnicodeDecodeError:
        width = 1
    return position + width
