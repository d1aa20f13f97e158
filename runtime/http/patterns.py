"""Path patterns: what the `path` of an endpoint and the `prefix` of a router may say.

    /users/{id}       one segment, not empty; `:id` means the same
    /files/{rest...}  whatever follows; only at the end
    /users/           that path and everything below it
    /users/{$}        that path with its slash, and nothing below it

Patterns and paths are byte strings in latin-1, as WSGI gives paths, so that what a pattern captures is a Lua string.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from functools import cached_property

# A literal segment ends up in the source text that Falcon's router generates, so quotes and backslashes stay out.
_LITERAL = re.compile(r"[A-Za-z0-9\-._~!$&()*+,;=:@%\x80-\xff]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class PatternError(ValueError):
    """A pattern that cannot be a route; the message names the segment and the remedy."""


@dataclass(frozen=True)
class Pattern:
    """A parsed pattern. `segments` holds literals, and None for each parameter; `names` are those of the parameters.

    `tail`: the pattern also matches every path below; what it matches there is not captured.
    """

    text: str
    segments: tuple[str | None, ...]
    names: tuple[str, ...]
    tail: bool

    def template(self) -> str:
        """Give the pattern as Falcon's router takes it, with parameters named by their place.

        Falcon refuses routes whose parameters differ in name alone ("/users/{id}" beside "/users/{user}/posts").
        """
        parts = [
            segment if segment is not None else f"{{p{place}:segment}}" for place, segment in enumerate(self.segments)
        ]
        if self.tail:
            parts.append("{tail:path}")
        return "/" + "/".join(parts)

    def captured(self, found: dict[str, str]) -> dict[str, str]:
        """Translate what Falcon's router captured into the names of the pattern."""
        return {name: found[place] for name, place in self._places}

    @cached_property
    def _places(self) -> list[tuple[str, str]]:
        """The names of the parameters, and those in the template."""
        places = (f"p{place}" for place, segment in enumerate(self.segments) if segment is None)
        return list(zip(self.names, places, strict=True))


def parse(text: str) -> Pattern:
    """Parse a pattern (text); raise PatternError."""
    if not text.startswith("/"):
        raise PatternError(f"path {text!r} must start with '/'")
    parts = text[1:].split("/")
    last = parts.pop()
    segments = [_segment(part, text) for part in parts]
    names = [part for part in map(_parameter, parts) if part is not None]
    tail = last == "" or last.endswith("...}")
    if last == "{$}":
        segments.append("")
    elif last.endswith("...}"):
        _check_name(last[1:-4] if last.startswith("{") else "", last, text)
    elif not tail:
        segments.append(_segment(last, text))
        names.extend(name for name in [_parameter(last)] if name is not None)
    if len(set(names)) != len(names):
        raise PatternError(f"path {text!r} uses a parameter name twice; give each its own name")
    return Pattern(text, tuple(segments), tuple(names), tail)


def _segment(part: str, text: str) -> str | None:
    name = _parameter(part)
    if name is not None:
        _check_name(name, part, text)
        return None
    literal = urllib.parse.unquote(part, encoding="latin-1") if part.isascii() else part.encode().decode("latin-1")
    if not part:
        raise PatternError(f"path {text!r} contains an empty segment; remove the double slash")
    if part in (".", ".."):
        raise PatternError(f"path {text!r} contains the segment {part!r}; write the path without it")
    if "{" in part or "}" in part:
        raise PatternError(
            f"path {text!r}: {part!r} mixes text and a parameter; a parameter is a whole segment, the tail comes last"
        )
    if not _LITERAL.fullmatch(literal):
        raise PatternError(f"path {text!r}: segment {part!r} contains a character that a route cannot have")
    return literal


def _parameter(part: str) -> str | None:
    if part.startswith(":"):
        return part[1:]
    if part.startswith("{") and part.endswith("}") and not part.endswith("...}"):
        return part[1:-1]
    return None


def _check_name(name: str, part: str, text: str) -> None:
    if not _NAME.fullmatch(name):
        raise PatternError(f"path {text!r}: {part!r} is no parameter name; use letters, digits and '_'")


def conflict(first: Pattern, second: Pattern) -> bool:
    """Tell whether some path matches both patterns and neither is the more specific one (same method, same length)."""
    if first.tail != second.tail or len(first.segments) != len(second.segments):
        return False
    pairs = list(zip(first.segments, second.segments, strict=True))
    if any(a is not None and b is not None and a != b for a, b in pairs):
        return False
    first_wins = any(a is not None and b is None for a, b in pairs)
    second_wins = any(a is None and b is not None for a, b in pairs)
    return first_wins == second_wins
