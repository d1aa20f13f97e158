"""Regular expressions in the manner of RE2: a search takes time in proportion to the text, whatever the expression.

Python reads the expression; the search runs through all its states side by side, so that nothing ever backtracks. What
RE2 does not have (references back, looking around) is refused.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as sre  # type: ignore[import-not-found]
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_STATES = 20_000
_MAX_REPEAT = 1000  # as RE2
_POSIX = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "upper": "A-Z", "lower": "a-z", "xdigit": "0-9A-Fa-f",
    "space": r"\s", "word": r"\w", "punct": r"!-/:-@\[-`{-~", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f",
    "print": r" -~", "graph": r"!-~", "ascii": r"\x00-\x7f",
}  # fmt: skip
_CLASSES = {
    op.CATEGORY_DIGIT: re.compile(r"\d", re.ASCII),
    op.CATEGORY_NOT_DIGIT: re.compile(r"\D", re.ASCII),
    op.CATEGORY_SPACE: re.compile(r"[\t\n\f\r ]"),
    op.CATEGORY_NOT_SPACE: re.compile(r"[^\t\n\f\r ]"),
    op.CATEGORY_WORD: re.compile(r"\w", re.ASCII),
    op.CATEGORY_NOT_WORD: re.compile(r"\W", re.ASCII),
}


class RegexError(ValueError):
    """An expression that RE2 would refuse, or that is too large."""


def search(expression: str, text: str) -> bool:
    """Tell whether an expression matches anywhere in a text, both strings of bytes; they count as UTF-8 if they are."""
    return _compiled(expression).search(_characters(text))


def _characters(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


@lru_cache(maxsize=256)
def _compiled(expression: str) -> _Program:
    source = re.sub(r"\[:(\w+):\]", lambda found: _POSIX.get(found[1], found[0]), _characters(expression))
    source = re.sub(r"(?<!\\)((?:\\\\)*)\\z", r"\1\\Z", source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = sre.parse(source)
        return _Program(tree)
    except (re.error, OverflowError, RecursionError) as error:
        raise RegexError(str(error)) from None


class _Program:
    """States by number; each eats a character, checks the place, or goes on to several others at once."""

    def __init__(self, tree: Any) -> None:
        self.eats: list[Callable[[str], bool] | None] = []
        self.places: list[Callable[[str, int], bool] | None] = []
        self.following: list[tuple[int, ...]] = []
        self.end = self.state()
        self.start = self.sequence(tree, self.end, tree.state.flags)

    def search(self, text: str) -> bool:
        """Run through a text."""
        current: set[int] = set()
        for position in range(len(text) + 1):
            current.add(self.start)
            reached = self.spread(current, text, position)
            if self.end in reached:
                return True
            if position < len(text):
                current = self.step(reached, text[position])
        return False

    def spread(self, states: set[int], text: str, position: int) -> set[int]:
        """Add all states that are reached without eating a character."""
        reached: set[int] = set()
        pending = list(states)
        while pending:
            state = pending.pop()
            if state in reached:
                continue
            reached.add(state)
            place = self.places[state]
            if self.eats[state] is None and (place is None or place(text, position)):
                pending.extend(self.following[state])
        return reached

    def step(self, states: set[int], character: str) -> set[int]:
        """Eat a character."""
        after: set[int] = set()
        for state in states:
            eat = self.eats[state]
            if eat is not None and eat(character):
                after.update(self.following[state])
        return after

    # --- construction, from the end to the start --------------------------------------------------

    def state(
        self,
        *following: int,
        eat: Callable[[str], bool] | None = None,
        place: Callable[[str, int], bool] | None = None,
    ) -> int:
        """Make a state."""
        if len(self.eats) >= _MAX_STATES:
            raise RegexError("the expression is too large")
        self.eats.append(eat)
        self.places.append(place)
        self.following.append(following)
        return len(self.eats) - 1

    def sequence(self, items: Any, after: int, flags: int) -> int:
        """Make the states of items one after the other."""
        for item in reversed(list(items)):
            after = self.item(item, after, flags)
        return after

    def item(self, item: Any, after: int, flags: int) -> int:
        """Make the states of one item."""
        kind, value = item
        if kind in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return self.state(after, eat=_eater(kind, value, flags))
        if kind is op.AT:
            return self.state(after, place=_place(value, flags))
        if kind is op.BRANCH:
            return self.state(*[self.sequence(branch, after, flags) for branch in value[1]])
        if kind is op.SUBPATTERN:
            _, added, removed, inner = value
            return self.sequence(inner, after, (flags | added) & ~removed)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, inner = value
            return self.repeat(low, high, inner, after, flags)
        raise RegexError(f"{str(kind).lower()} is not supported")

    def repeat(self, low: int, high: int, inner: Any, after: int, flags: int) -> int:
        """Make the states of a repetition, with a copy for each time that is counted."""
        if low > _MAX_REPEAT or (high is not op.MAXREPEAT and high > _MAX_REPEAT):
            raise RegexError(f"a repetition of more than {_MAX_REPEAT}")
        if high is op.MAXREPEAT:
            entry = self.state()
            self.following[entry] = (self.sequence(inner, entry, flags), after)
        else:
            entry = after
            for _ in range(high - low):
                entry = self.state(self.sequence(inner, entry, flags), after)
        for _ in range(low):
            entry = self.sequence(inner, entry, flags)
        return entry


def _eater(kind: Any, value: Any, flags: int) -> Callable[[str], bool]:
    """Make the test of a character."""
    if kind is op.ANY:
        return (lambda _: True) if flags & re.DOTALL else (lambda character: character != "\n")
    if kind is op.IN:
        accepts, wanted = _member(value), True
    else:
        literal = chr(value)
        accepts, wanted = (lambda character: character == literal), kind is op.LITERAL
    if flags & re.IGNORECASE:
        return lambda character: (
            (accepts(character) or accepts(character.lower()) or accepts(character.upper())) is wanted
        )
    return lambda character: accepts(character) is wanted


def _member(items: Any) -> Callable[[str], bool]:
    negated = items[0][0] is op.NEGATE
    tests: list[Callable[[str], Any]] = []
    for kind, value in items[1:] if negated else items:
        if kind is op.LITERAL:
            tests.append(chr(value).__eq__)
        elif kind is op.RANGE:
            low, high = chr(value[0]), chr(value[1])
            tests.append(_between(low, high))
        else:
            tests.append(_CLASSES[value].match)
    return lambda character: any(test(character) for test in tests) is not negated


def _between(low: str, high: str) -> Callable[[str], bool]:
    return lambda character: low <= character <= high


def _place(kind: Any, flags: int) -> Callable[[str, int], bool]:
    """Make the test of a place in the text."""
    lines = bool(flags & re.MULTILINE)
    if kind in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
        if lines and kind is op.AT_BEGINNING:
            return lambda text, position: position == 0 or text[position - 1] == "\n"
        return lambda _, position: position == 0
    if kind in (op.AT_END, op.AT_END_STRING):
        if lines and kind is op.AT_END:
            return lambda text, position: position == len(text) or text[position] == "\n"
        return lambda text, position: position == len(text)
    wanted = kind is op.AT_BOUNDARY
    return lambda text, position: (_is_word(text, position - 1) != _is_word(text, position)) is wanted


def _is_word(text: str, position: int) -> bool:
    return (
        0 <= position < len(text) and text[position].isascii() and (text[position].isalnum() or text[position] == "_")
    )
