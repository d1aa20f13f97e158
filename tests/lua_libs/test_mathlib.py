"""The library math against the reference interpreter, and the functions that only the dialect has."""

from __future__ import annotations

import itertools
import math
from random import Random
from typing import Any

import pytest

from runtime.lua.errors import LuaError
from runtime.lua.mathlib import library, make_library

MATH = library()
NUMBERS = [0, 1, -1, 3, -7, 2**53 + 1, 2**63 - 1, -(2**63), 0.0, -0.0, 0.5, -2.5, 3.7, 1e15, 2.0**63, -(2.0**63), 1e300]
EDGES = [math.inf, -math.inf, math.nan, 1e-320, "10", "0x10", "1e1", "x", None, True]
# Every bit is compared, and the last is no promise of the C library: only functions that round correctly are here.
EXACT_OF_ONE = ["floor", "ceil", "abs", "sqrt", "modf", "type", "tointeger", "deg", "rad"]


def test_functions_of_one_number(lua53: Any) -> None:
    lua53.compare([(f"math.{name}", MATH.get(name), [x]) for name in EXACT_OF_ONE for x in NUMBERS + EDGES])


def test_functions_of_two_numbers(lua53: Any) -> None:
    values = [x for x in NUMBERS if not isinstance(x, float) or abs(x) < 1e18] + [math.inf, "7", None]
    pairs = list(itertools.product(values, values))
    # Of two wrong arguments the C compiler decides which is looked at first.
    one_wrong = [[x, y] for x, y in pairs if x is not None or y is not None]
    lua53.compare([("math.fmod", MATH.get("fmod"), arguments) for arguments in one_wrong])
    lua53.compare([("math.ult", MATH.get("ult"), [x, y]) for x, y in pairs])
    numbers = [[x, y] for x, y in pairs if not isinstance(x, str) and not isinstance(y, str) and None not in (x, y)]
    lua53.compare([("math.max", MATH.get("max"), arguments) for arguments in numbers])
    lua53.compare([("math.min", MATH.get("min"), arguments) for arguments in numbers])


@pytest.mark.parametrize("name", ["sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "sqrt"])
def test_what_python_raises_for_is_infinity_or_nan(lua53: Any, name: str) -> None:
    outside = [math.inf, -math.inf, math.nan, 2, -2, 1e6, -1, 0, 0.0]
    special = [x for x in outside if not math.isfinite(MATH.get(name)(x)) or x == 0]
    lua53.compare([(f"math.{name}", MATH.get(name), [x]) for x in special])


def test_logarithms_of_any_base() -> None:
    log = MATH.get("log")
    assert (log(8, 2), log(1000, 10), log(81, 3)) == (3.0, 3.0, pytest.approx(4.0))
    assert (log(0), log(0.0, 2), log(5, 1)) == (-math.inf, -math.inf, math.inf)
    assert math.isnan(log(-1))
    assert math.isnan(log(1, 1))


def test_what_the_dialect_adds() -> None:
    call = {name: MATH.get(name) for name in ("pow", "log10", "ldexp", "frexp", "cosh", "sinh", "tanh", "mod", "atan2")}
    assert (call["pow"](2, 10), call["pow"](10, 400), call["pow"](-8, 0.5) != call["pow"](-8, 0.5)) == (
        1024.0,
        math.inf,
        True,
    )
    assert (call["log10"](100), call["ldexp"](3, 2), call["frexp"](8)) == (2.0, 12.0, (0.5, 4))
    assert (call["ldexp"](1, 2**62), call["ldexp"](-1, 2**62), call["ldexp"](1, -(2**62))) == (math.inf, -math.inf, 0.0)
    assert (call["cosh"](1000), call["sinh"](-1000), call["tanh"](1000)) == (math.inf, -math.inf, 1.0)
    assert (call["mod"](-5, 3), call["atan2"](1, 1)) == (-2, math.pi / 4)


def test_constants() -> None:
    assert [MATH.get(name) for name in ("pi", "huge", "maxinteger", "mininteger")] == [
        math.pi,
        math.inf,
        2**63 - 1,
        -(2**63),
    ]


def test_random_ranges() -> None:
    random = make_library(Random(7)).get("random")
    assert {random(3) for _ in range(200)} == {1, 2, 3}
    assert {random(-1, 1) for _ in range(200)} == {-1, 0, 1}
    assert all(0 <= random() < 1 for _ in range(200))
    assert all(0 <= random(0, 2**63 - 1) < 2**63 for _ in range(200))
    for arguments, text in (
        ((0,), "bad argument #1 to 'random' .interval is empty."),
        ((2, 1), "bad argument #2 to 'random' .interval is empty."),
        ((-(2**63), 2**63 - 1), "interval too large"),
        ((1, 2, 3), "wrong number of arguments"),
        ((1.5,), "number has no integer representation"),
    ):
        with pytest.raises(LuaError, match=text):
            random(*arguments)


def test_a_seed_repeats_the_numbers() -> None:
    functions = make_library()

    def some(seed: Any) -> list[int]:
        functions.get("randomseed")(seed)
        return [functions.get("random")(1000) for _ in range(10)]

    assert some(42) == some(42) == some(42.0)
    assert some(42) != some(43)
    assert some(math.inf) == some(math.inf)
