"""Make broken Lua sources of sound ones: seeded, so that a source that did harm can be made again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

_TOKEN = re.compile(
    r"\s+|--[^\n]*|\[\[.*?\]\]|[A-Za-z_]\w*|0[xX][\da-fA-F.]+|\d[\w.]*|\"[^\"\n]*\"|'[^'\n]*'|\.\.\.?|::|[=~<>/]=|//|<<|>>|.",
    re.DOTALL,
)
_WORDS = (  # noqa: SIM905
    "and break do else elseif end false for function goto if in local nil not or repeat return then true until while "
    "+ - * / // % ^ # & ~ | << >> == ~= <= >= < > = ( ) { } [ ] :: ; : , . .. ... type interface as is fun any "
    "_ENV E D index TAIL self __class__ None lambda 0x 0x1p 1e 1e999 0xffffffffffffffffff 9223372036854775808 3..2 "
    "'\\999' '\\xZZ' '\\u{110000000}' \" ' [[ ]] [==[ --[[ --[==[ \\ @ $ ? ! ` \x00 \xff \r \xef\xbb\xbf #!"
).split(" ")
_OPENERS = (
    "(",
    "{",
    "[",
    "do ",
    "function() ",
    "if x then ",
    "f(",
    "not ",
    "-",
    "x..",
    "a.b[",
    "for i=1,2 do ",
    "::a::",
)
_CLOSERS = (")", "}", "]", " end", " until x", "]]", ">", " then ")
_DEEPEST = 400


def tokens(source: str) -> list[str]:
    """Split a source into its tokens and the blanks between them, roughly as Lua does."""
    return _TOKEN.findall(source)


def mutated(random: random.Random, sources: Sequence[str]) -> str:
    """Choose a source and break it in one to six ways."""
    parts = tokens(random.choice(sources))
    start = random.randrange(len(parts) + 1)
    parts = parts[start : start + 400] if len(parts) > 600 else parts  # long programs cost time and show nothing more
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        random.choice(_MUTATIONS)(random, parts, sources)
    source = "".join(parts)
    return _with_odd_bytes(random, source) if random.random() < 0.15 else source


def _place(random: random.Random, parts: list[str]) -> int:
    return random.randrange(len(parts) + 1)


def _delete(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    start = _place(random, parts)
    del parts[start : start + random.choice((1, 1, 2, 5, 20))]


def _duplicate(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    start = _place(random, parts)
    piece = parts[start : start + random.choice((1, 2, 8))]
    parts[start:start] = piece * random.choice((1, 1, 2, 50))


def _swap(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    if parts:
        a, b = random.randrange(len(parts)), random.randrange(len(parts))
        parts[a], parts[b] = parts[b], parts[a]


def _insert(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    parts.insert(_place(random, parts), f" {random.choice(_WORDS)} ")


def _replace(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    if parts:
        parts[random.randrange(len(parts))] = random.choice(_WORDS)


def _nest(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    depth = random.choice((3, 25, 150, _DEEPEST))
    place = _place(random, parts)
    parts.insert(place, random.choice(_OPENERS) * depth)
    if random.random() < 0.7:
        parts.insert(min(place + random.randrange(1, 6), len(parts)), random.choice(_CLOSERS) * depth)


def _numeral(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    digits = random.choice("0123456789afA.eEpPxX_") * random.choice((1, 30, 5000))
    parts.insert(_place(random, parts), f" {random.choice(('', '0x', '1e', '0x1p', '.', '0x.'))}{digits} ")


def _long_line(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    parts.insert(_place(random, parts), random.choice((" ", "x", ";", "\n", "--", "a.", "=", '"')) * 5000)


def _splice(random: random.Random, parts: list[str], sources: Sequence[str]) -> None:
    other = tokens(random.choice(sources))
    start = _place(random, other)
    place = _place(random, parts)
    parts[place:place] = other[start : start + random.randrange(1, 60)]


def _truncate(random: random.Random, parts: list[str], _: Sequence[str]) -> None:
    del parts[_place(random, parts) :]


_MUTATIONS: tuple[Callable[[random.Random, list[str], Sequence[str]], None], ...] = (
    _delete,
    _duplicate,
    _swap,
    _insert,
    _replace,
    _nest,
    _numeral,
    _long_line,
    _splice,
    _truncate,
)


def _with_odd_bytes(random: random.Random, source: str) -> str:
    chars = list(source)
    for _ in range(random.choice((1, 3, 30))):
        chars.insert(random.randrange(len(chars) + 1), chr(random.randrange(256)))
    return "".join(chars)
