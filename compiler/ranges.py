"""Ranges of integers, and what operators make of them when nothing wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Range(NamedTuple):
    """The integers from `low` to `high`, both included."""

    low: int
    high: int

    @property
    def fits(self) -> bool:
        """Tell whether all of it can be held in 64 bits, so that no operator has wrapped."""
        return self.low >= WHOLE.low and self.high <= WHOLE.high

    def union(self, other: Range) -> Range:
        """Give the smallest range that holds both."""
        return Range(min(self.low, other.low), max(self.high, other.high))

    def widened(self, before: Range) -> Range:
        """Give a wider range, so that one which grows round after round soon stops."""
        low = self.low if self.low >= before.low else max(step for step in _LOWER if step <= self.low)
        high = self.high if self.high <= before.high else min(step for step in _UPPER if step >= self.high)
        return Range(low, high)


WHOLE: Final = Range(-(1 << 63), (1 << 63) - 1)
_LOWER: Final = (0, -1, -(1 << 16), -(1 << 31), -(1 << 53), WHOLE.low)
_UPPER: Final = (0, 1, 1 << 16, 1 << 31, 1 << 53, WHOLE.high)


def _products(left: Range, right: Range) -> Range:
    corners = [a * b for a in left for b in right]
    return Range(min(corners), max(corners))


def _remainders(left: Range, right: Range) -> Range | None:
    if right.low > 0:
        within = left.low >= 0 and left.high < right.low
        return left if within else Range(0, right.high - 1)
    return Range(right.low + 1, 0) if right.high < 0 else None


def _quotients(left: Range, right: Range) -> Range | None:
    if right.low <= 0:
        return None
    corners = [a // b for a in left for b in right]
    return Range(min(corners), max(corners))


def _shifted_left(left: Range, right: Range) -> Range | None:
    if left.low < 0 or right.low < 0 or right.high > 63:
        return None
    return Range(left.low << right.low, left.high << right.high)


def _shifted_right(left: Range, right: Range) -> Range | None:
    if left.low < 0 or right.low < 0 or right.high > 63:
        return None
    return Range(left.low >> right.high, left.high >> right.low)


def _common_bits(left: Range, right: Range) -> Range:
    highs = [side.high for side in (left, right) if side.low >= 0]
    return Range(0, min(highs)) if highs else WHOLE


def _any_bits(left: Range, right: Range) -> Range:
    if left.low < 0 or right.low < 0:
        return WHOLE
    return Range(0, (1 << max(left.high, right.high).bit_length()) - 1)


# What Python's operator gives for operands in two ranges; None where it would not do what Lua's does, or could raise.
_RESULTS: Final[dict[str, Callable[[Range, Range], Range | None]]] = {
    "+": lambda left, right: Range(left.low + right.low, left.high + right.high),
    "-": lambda left, right: Range(left.low - right.high, left.high - right.low),
    "*": _products,
    "%": _remainders,
    "//": _quotients,
    "&": _common_bits,
    "|": _any_bits,
    "~": _any_bits,
    "<<": _shifted_left,
    ">>": _shifted_right,
}


def exact(operator: str, left: Range, right: Range) -> Range | None:
    """Give the range of an operator's results where Python's operator gives the same; None where it might not."""
    operation = _RESULTS.get(operator)
    result = operation(left, right) if operation is not None else None
    return result if result is not None and result.fits else None
