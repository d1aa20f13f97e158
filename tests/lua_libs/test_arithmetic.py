"""Arithmetic where modules are compiled against the same in Python, at the borders of what numbers can be."""

from __future__ import annotations

import math
import struct
from itertools import product
from typing import TYPE_CHECKING

import pytest

from runtime.lua import numbers, operators
from runtime.lua.errors import LuaError

if TYPE_CHECKING:
    from collections.abc import Callable

INTEGERS = (0, 1, -1, 2, 7, -7, 63, 64, 2**31, -(2**53) - 1, 2**62, numbers.MAXINTEGER, numbers.MININTEGER)
FLOATS = (0.0, -0.0, 0.5, -1.5, 7.25, 1e300, -1e300, 5e-324, 2.0**63, math.inf, -math.inf, math.nan)
NUMBERS: tuple[float, ...] = INTEGERS + FLOATS
Number = int | float


def exactly(value: Number) -> tuple[type, object]:
    """Give what tells -0 from 0 and takes all NaN as one."""
    if isinstance(value, float):
        return float, "nan" if value != value else struct.pack("d", value)
    return type(value), value


def in_floats(operation: Callable[[float, float], float]) -> Callable[[Number, Number], float]:
    return lambda a, b: operation(float(a), float(b))


def in_kind(
    whole: Callable[[int, int], int], other: Callable[[float, float], float]
) -> Callable[[Number, Number], Number]:
    def compute(a: Number, b: Number) -> Number:
        if isinstance(a, int) and isinstance(b, int):
            return int(numbers.wrap(whole(a, b)))
        return other(float(a), float(b))

    return compute


OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "add": in_kind(lambda a, b: a + b, lambda a, b: a + b),
    "sub": in_kind(lambda a, b: a - b, lambda a, b: a - b),
    "mul": in_kind(lambda a, b: a * b, lambda a, b: a * b),
    "div": in_floats(numbers.float_divide),
    "mod": in_kind(lambda a, b: a % b, numbers.float_mod),
    "idiv": in_kind(lambda a, b: a // b, lambda a, b: float(numbers.float_floor(numbers.float_divide(a, b)))),
    "pow_": in_floats(numbers.float_pow),
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operators_on_numbers(name: str) -> None:
    for a, b in product(NUMBERS, NUMBERS):
        try:
            expected = OPERATIONS[name](a, b)
        except ZeroDivisionError:
            with pytest.raises(LuaError, match=r"divide by zero|n%0"):
                getattr(operators, name)(a, b)
            continue
        assert exactly(getattr(operators, name)(a, b)) == exactly(expected), (a, b)


@pytest.mark.parametrize(("name", "sign"), [("shl", 1), ("shr", -1)])
def test_shifts(name: str, sign: int) -> None:
    for a, b in product(INTEGERS, INTEGERS):
        assert getattr(operators, name)(a, b) == numbers.shift(a, sign * b), (a, b)


def test_minus() -> None:
    for a in NUMBERS:
        expected = numbers.wrap(-a) if isinstance(a, int) else -a
        assert exactly(operators.unm(a)) == exactly(expected)
        assert exactly(operators.unm(repr(a) if isinstance(a, int) else a)) == exactly(expected)
