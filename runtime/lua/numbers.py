"""Numbers as text and text as numbers, by the rules of the Lua 5.3 manual and of the dialect's decision table."""

from __future__ import annotations

import math
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

MAXINTEGER = 0x7FFFFFFFFFFFFFFF
MININTEGER = -0x8000000000000000
_MASK = 0xFFFFFFFFFFFFFFFF
_SPACE = " \t\n\r\f\v"
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_HEX = re.compile(r"([+-]?)0[xX]([0-9a-fA-F]*)(?:(\.)([0-9a-fA-F]*))?(?:[pP]([+-]?[0-9]+))?\Z")
_MAX_NUMERAL = 400  # digits beyond this cannot matter and would make int() quadratic
_LONGEST_EXPONENT = 9  # digits; a float holds no greater one


def wrap(value):  # type: ignore[no-untyped-def]
    """Bring an int of any size into the 64-bit two's complement range."""
    value &= _MASK
    return value - 0x10000000000000000 if value > MAXINTEGER else value


# --- what compiled modules take from `native.pxd` ------------------------------------------------


def shift(value, places):  # type: ignore[no-untyped-def]
    """Shift logically, to the left for positive places."""
    if places <= -64 or places >= 64:
        return 0
    if places >= 0:
        return wrap(value << places)
    return wrap((value & _MASK) >> -places)


def both_numbers(a, b):  # type: ignore[no-untyped-def]
    """Tell whether neither operand needs a conversion or a metamethod."""
    return (type(a) is float or type(a) is int) and (type(b) is float or type(b) is int)


def to_double(number):  # type: ignore[no-untyped-def]
    """Convert a number to a float."""
    return float(number)


def float_divide(x, y):  # type: ignore[no-untyped-def]
    """Divide as C does: infinities and NaN where the divisor is zero."""
    if y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def float_mod(x, y):  # type: ignore[no-untyped-def]
    """Give the remainder of a division rounded down, as the reference Lua computes it with C's `fmod`."""
    if y == 0.0 or x - x != 0.0:  # infinite or not a number
        return math.nan
    remainder = math.fmod(x, y)
    if remainder * y < 0:
        remainder += y
    return remainder


def float_floor(value):  # type: ignore[no-untyped-def]
    """Round down as C does: infinities, NaN and -0 stay."""
    return value if value - value != 0 or value == 0 else float(math.floor(value))


def float_pow(x, y):  # type: ignore[no-untyped-def]
    """Raise to a power as C does: no exceptions, infinities and NaN instead."""
    try:
        return math.pow(x, y)
    except OverflowError:
        odd = y == math.floor(y) and math.fmod(y, 2.0) != 0
        return -math.inf if x < 0 and odd else math.inf
    except ValueError:
        if x == 0:  # 0 to a negative power
            odd = y == math.floor(y) and math.fmod(y, 2.0) != 0
            return math.copysign(math.inf, x) if odd else math.inf
        return math.nan


# --- text -----------------------------------------------------------------------------------------


def format_float(value):  # type: ignore[no-untyped-def]
    """Write a float as `tostring` shows it: whole ones without a fraction while they fit 64 bits, others `%.14g`."""
    if value != value:
        return "nan"
    if value in (math.inf, -math.inf):
        return "inf" if value > 0 else "-inf"
    if value == math.floor(value) and -9223372036854775808.0 <= value < 9223372036854775808.0:
        return "-0" if value == 0 and math.copysign(1.0, value) < 0 else str(int(value))
    return f"{value:.14g}"


def number_text(value):  # type: ignore[no-untyped-def]
    """Write an integer or a float as `tostring` shows it."""
    return str(value) if type(value) is int else format_float(value)


def parse_number(text: str) -> LuaValue:
    """Read a numeral as `tonumber(text)` does; None when the text is not one."""
    text = text.strip(_SPACE)
    if _DECIMAL.match(text):
        if _INTEGER.match(text) and len(text) < _MAX_NUMERAL:
            number = int(text)
            if MININTEGER <= number <= MAXINTEGER:
                return number
        return float(text)
    return _parse_hex(text)


def _parse_hex(text: str) -> LuaValue:
    match = _HEX.match(text)
    if match is None:
        return None
    sign, whole, dot, fraction, exponent = match.groups()
    if not whole and not fraction:
        return None
    if dot is None and exponent is None:
        number = wrap(int(whole, 16))
        return wrap(-number) if sign == "-" else number
    digits = whole + (fraction or "")
    scale = _exponent(exponent or "0") - 4 * len(fraction or "")
    try:
        value = math.ldexp(float(int(digits, 16)), max(-100000, min(100000, scale)))
    except OverflowError:
        value = math.inf
    return -value if sign == "-" else value


def _exponent(text: str) -> int:
    """Read an exponent; of one that is out of all bounds, only the sign counts."""
    digits = text.lstrip("+-").lstrip("0") or "0"
    value = int(digits) if len(digits) <= _LONGEST_EXPONENT else 10**_LONGEST_EXPONENT
    return -value if text.startswith("-") else value


def parse_integer(text: str, base: int) -> LuaValue:
    """Read an integer in a base of 2 to 36 as `tonumber(text, base)` does; None when the text is not one."""
    text = text.strip(_SPACE).lower()
    negative = text.startswith("-")
    digits = text[1:] if negative else text
    if not digits:
        return None
    number = 0
    for char in digits:
        digit = ord(char) - 48 if "0" <= char <= "9" else ord(char) - 87 if "a" <= char <= "z" else 99
        if digit >= base:
            return None
        number = (number * base + digit) & _MASK
    return wrap(-number if negative else number)


def float_to_integer(value: float) -> LuaValue:
    """Convert a float that is exactly a 64-bit integer; None otherwise."""
    if value - value == 0 and value == math.floor(value) and -9223372036854775808.0 <= value < 9223372036854775808.0:
        return int(value)
    return None


def to_integer(value: LuaValue) -> LuaValue:
    """Convert an int, a whole float or a numeral of either to an int; None otherwise (manual 3.4.3)."""
    if type(value) is int:
        return value
    if type(value) is str:
        value = parse_number(value)
        if type(value) is int:
            return value
    return float_to_integer(value) if type(value) is float else None


def to_number(value: LuaValue) -> LuaValue:
    """Convert a number or a numeral to a number; None otherwise (manual 3.4.3)."""
    if type(value) is int or type(value) is float:
        return value
    return parse_number(value) if type(value) is str else None
