"""The library `math` (manual 6.7), with the reference's `pow log10 ldexp frexp cosh sinh tanh mod atan2`.

Where C's functions give infinity or NaN, Python's raise; here they give what C's do.
"""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

from runtime.lua.args import bad_argument, check_integer, check_number
from runtime.lua.errors import fault
from runtime.lua.numbers import MAXINTEGER, MININTEGER, float_pow, float_to_integer, to_integer, wrap
from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaFunction, LuaValue, Results

_UNSIGNED = 0xFFFFFFFFFFFFFFFF
_MAX_QUICK_SPAN = 1 << 32
_MAX_SCALE = 5000  # of `ldexp`: no double changes beyond it


def _number(value: LuaValue, position: int, function: str) -> float:
    return float(check_number(value, position, function))


# --- whole numbers --------------------------------------------------------------------------------


def floor(x: LuaValue = None, *_: LuaValue) -> int | float:
    """Round down; an integer unless it does not fit one."""
    if type(x) is int:
        return x
    return _whole(x if type(x) is float else check_number(x, 1, "floor"), math.floor)


def ceil(x: LuaValue = None, *_: LuaValue) -> int | float:
    """Round up; an integer unless it does not fit one."""
    if type(x) is int:
        return x
    return _whole(x if type(x) is float else check_number(x, 1, "ceil"), math.ceil)


def _whole(x: float, rounding: Callable[[float], int]) -> int | float:
    if isinstance(x, int) or not math.isfinite(x):
        return x
    whole = rounding(x)
    return whole if MININTEGER <= whole <= MAXINTEGER else float(whole)


def absolute(x: LuaValue = None, *_: LuaValue) -> int | float:
    """Give the distance from zero (math.abs); the least integer gives itself."""
    if type(x) is int:
        return int(wrap(abs(x)))
    return abs(_number(x, 1, "abs"))


def fmod(x: LuaValue = None, y: LuaValue = None, *_: LuaValue) -> int | float:
    """Give the rest of the division that rounds towards zero."""
    if type(x) is int and type(y) is int:
        if y == 0:
            raise bad_argument(2, "fmod", "zero")
        rest = abs(x) % abs(y)
        return -rest if x < 0 else rest
    a, b = _number(x, 1, "fmod"), _number(y, 2, "fmod")
    if math.isinf(a) or b == 0:
        return math.nan
    return math.fmod(a, b)


def modf(x: LuaValue = None, *_: LuaValue) -> Results:
    """Give the whole part and the fraction."""
    number = check_number(x, 1, "modf")
    if isinstance(number, int):
        return (number, 0.0)
    if not math.isfinite(number):
        return (number, 0.0 if math.isinf(number) else number)
    whole = _whole(number, math.trunc)
    return (whole, number - whole if number != whole else 0.0)


def tointeger(*args: LuaValue) -> int | None:
    """Give the integer that a number or numeral is equal to; nil when there is none."""
    if not args:
        raise bad_argument(1, "tointeger", "value expected")
    number: int | None = to_integer(args[0])
    return number


def kind(*args: LuaValue) -> str | None:
    """Give "integer", "float", or nil for what is no number (math.type)."""
    if not args:
        raise bad_argument(1, "type", "value expected")
    return {int: "integer", float: "float"}.get(type(args[0]))


def ult(m: LuaValue = None, n: LuaValue = None, *_: LuaValue) -> bool:
    """Tell whether m is below n, both taken as unsigned."""
    return check_integer(m, 1, "ult") & _UNSIGNED < check_integer(n, 2, "ult") & _UNSIGNED


def maximum(*args: LuaValue) -> int | float:
    """Give the greatest argument (math.max)."""
    best = _first(args, "max")
    for position in range(1, len(args)):
        number = args[position]
        if type(number) is not int and type(number) is not float:
            number = check_number(number, position + 1, "max")
        if best < number:
            best = number
    return best


def minimum(*args: LuaValue) -> int | float:
    """Give the least argument (math.min)."""
    best = _first(args, "min")
    for position in range(1, len(args)):
        number = args[position]
        if type(number) is not int and type(number) is not float:
            number = check_number(number, position + 1, "min")
        if number < best:
            best = number
    return best


def _first(args: tuple[LuaValue, ...], function: str) -> int | float:
    if not args:
        raise bad_argument(1, function, "number expected, got no value")
    number: int | float = args[0]
    return number if type(number) is int or type(number) is float else check_number(number, 1, function)


# --- powers, logarithms, angles -------------------------------------------------------------------


def _checked(function: Callable[[float], float], overflow: Callable[[float], float]) -> Callable[[float], float]:
    """Let a function of Python's give NaN outside its domain, and beyond the range of doubles what `overflow` says."""

    def calculate(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return math.nan
        except OverflowError:
            return overflow(x)

    return calculate


def _infinity(_x: float) -> float:
    return math.inf


def _signed_infinity(x: float) -> float:
    return math.copysign(math.inf, x)


def _of_one(name: str, function: Callable[[float], float]) -> LuaFunction:
    """Make the Lua function of a function of one number."""

    def calculate(x: LuaValue = None, *_: LuaValue) -> float:
        return function(_number(x, 1, name))

    return calculate


def _logarithm(x: float, function: Callable[[float], float]) -> float:
    if x > 0:
        return function(x)
    return -math.inf if x == 0 else math.nan


def log(x: LuaValue = None, base: LuaValue = None, *_: LuaValue) -> float:
    """Give the logarithm, natural unless there is a base."""
    number = _number(x, 1, "log")
    if base is None:
        return _logarithm(number, math.log)
    radix = _number(base, 2, "log")
    if radix == 2:
        return _logarithm(number, math.log2)
    if radix == 10:
        return _logarithm(number, math.log10)
    dividend, divisor = _logarithm(number, math.log), _logarithm(radix, math.log)
    if divisor == 0:
        return math.nan if dividend == 0 or math.isnan(dividend) else math.copysign(math.inf, dividend)
    return dividend / divisor


def log10(x: LuaValue = None, *_: LuaValue) -> float:
    """Give the logarithm to base ten."""
    return _logarithm(_number(x, 1, "log10"), math.log10)


def atan(y: LuaValue = None, x: LuaValue = None, *_: LuaValue) -> float:
    """Give the angle of the point (x, y), x being 1 when it is absent."""
    return math.atan2(_number(y, 1, "atan"), 1.0 if x is None else _number(x, 2, "atan"))


def atan2(y: LuaValue = None, x: LuaValue = None, *_: LuaValue) -> float:
    """Give the angle of the point (x, y)."""
    return math.atan2(_number(y, 1, "atan2"), _number(x, 2, "atan2"))


def power(x: LuaValue = None, y: LuaValue = None, *_: LuaValue) -> float:
    """Give x to the power of y as a float (math.pow)."""
    return float(float_pow(_number(x, 1, "pow"), _number(y, 2, "pow")))


def ldexp(x: LuaValue = None, exponent: LuaValue = None, *_: LuaValue) -> float:
    """Give x times two to the power of an integer."""
    number = _number(x, 1, "ldexp")
    scale = max(-_MAX_SCALE, min(_MAX_SCALE, check_integer(exponent, 2, "ldexp")))
    try:
        return math.ldexp(number, scale)
    except OverflowError:
        return math.copysign(math.inf, number)


def frexp(x: LuaValue = None, *_: LuaValue) -> Results:
    """Give the fraction in [0.5, 1) and the exponent of two that make up a number."""
    return math.frexp(_number(x, 1, "frexp"))


# --- chance ---------------------------------------------------------------------------------------


def _random_functions(source: Random) -> dict[str, LuaFunction]:
    def random(*args: LuaValue) -> int | float:
        if not args:
            return source.random()
        if len(args) > 2:
            raise fault("wrong number of arguments")
        low = check_integer(args[0], 1, "random") if len(args) == 2 else 1
        high = check_integer(args[-1], len(args), "random")
        if low > high:
            raise bad_argument(len(args), "random", "interval is empty")
        if high - low > MAXINTEGER:
            raise bad_argument(len(args), "random", "interval too large")
        span = high - low + 1
        # PERF: a third of the time of `randint`; the bias is below one in two million.
        return low + int(source.random() * span) if span < _MAX_QUICK_SPAN else source.randint(low, high)

    def randomseed(seed: LuaValue = None, *_: LuaValue) -> Results:
        number = check_number(seed, 1, "randomseed")
        whole = float_to_integer(number) if isinstance(number, float) else number
        source.seed(number if whole is None else whole)
        return ()

    return {"random": random, "randomseed": randomseed}


# --- the table ------------------------------------------------------------------------------------

_FUNCTIONS: dict[str, LuaFunction] = {
    "abs": absolute,
    "acos": _of_one("acos", _checked(math.acos, _infinity)),
    "asin": _of_one("asin", _checked(math.asin, _infinity)),
    "atan": atan,
    "atan2": atan2,
    "ceil": ceil,
    "cos": _of_one("cos", _checked(math.cos, _infinity)),
    "cosh": _of_one("cosh", _checked(math.cosh, _infinity)),
    "deg": _of_one("deg", lambda x: x * (180.0 / math.pi)),
    "exp": _of_one("exp", _checked(math.exp, _infinity)),
    "floor": floor,
    "fmod": fmod,
    "frexp": frexp,
    "ldexp": ldexp,
    "log": log,
    "log10": log10,
    "max": maximum,
    "min": minimum,
    "mod": fmod,
    "modf": modf,
    "pow": power,
    "rad": _of_one("rad", lambda x: x * (math.pi / 180.0)),
    "sin": _of_one("sin", _checked(math.sin, _infinity)),
    "sinh": _of_one("sinh", _checked(math.sinh, _signed_infinity)),
    "sqrt": _of_one("sqrt", _checked(math.sqrt, _infinity)),
    "tan": _of_one("tan", _checked(math.tan, _infinity)),
    "tanh": _of_one("tanh", math.tanh),
    "tointeger": tointeger,
    "type": kind,
    "ult": ult,
}
_CONSTANTS: dict[str, LuaValue] = {
    "huge": math.inf,
    "maxinteger": MAXINTEGER,
    "mininteger": MININTEGER,
    "pi": math.pi,
}


def make_library(random: Random | None = None) -> Table:
    """Make the frozen table `math` over a source of random numbers, by default a new one seeded by the system."""
    # Games and samples want repeatable numbers; what must not be guessed comes from the module `crypto`.
    source = Random() if random is None else random  # noqa: S311
    table = Table.from_dict({**_FUNCTIONS, **_CONSTANTS, **_random_functions(source)})
    table.frozen = True
    return table


def library() -> Table:
    """Make the frozen table `math`."""
    return make_library()
