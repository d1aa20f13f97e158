"""`string.format` (manual 6.4): the verbs of C's `printf` on Lua values."""

from __future__ import annotations

import math
import re

from runtime.lua.args import bad_argument, check_integer, check_number, check_string
from runtime.lua.errors import fault
from runtime.lua.numbers import MININTEGER
from runtime.lua.operators import tostring
from runtime.lua.stringlimit import MAX_STRING, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaValue

_DIRECTIVE = re.compile(r"%([-+ #0]*)([0-9]*)(?:(\.)([0-9]*))?(.?)", re.DOTALL)
_MAX_FLAGS = 5
_MAX_DIGITS = 2  # of width and precision
_UNSIGNED = 0xFFFFFFFFFFFFFFFF
_MAX_CACHED = 1000
_MAX_CACHED_TEXT = 1000
_MAX_DIRECTIVES = 1_000_000
_MANTISSA_DIGITS = 13  # hexadecimal digits of a double behind the point
_MIN_EXPONENT = -1022


class Directive:
    """One directive of a format: flags, width (0: none), precision (None: none), verb; `bare` when the verb is all.

    `spec` is the directive as Python's own `%` operator takes it.
    """

    def __init__(self, flags: str, width: str, precision: str | None, verb: str) -> None:
        self.flags = flags
        self.width = int(width or 0)
        self.precision = None if precision is None else int(precision or 0)
        self.verb = verb
        self.bare = not flags and not width and precision is None
        self.spec = f"%{flags}{width}{'' if precision is None else '.' + precision}{verb}"
        self.write = _WRITERS[verb]

    def pad(self, sign: str, digits: str, zeros: bool) -> str:
        """Bring a number to the width; zeros go between sign and digits where the flags ask for them and they may."""
        missing = self.width - len(sign) - len(digits)
        if missing <= 0:
            return sign + digits
        if "-" in self.flags:
            return sign + digits + " " * missing
        if zeros and "0" in self.flags:
            return sign + "0" * missing + digits
        return " " * missing + sign + digits

    def sign(self, negative: bool) -> str:
        """Give the sign of a signed number."""
        return "-" if negative else "+" if "+" in self.flags else " " if " " in self.flags else ""


def _parse(text: str) -> list[str | Directive]:
    """Split a format into texts and directives."""
    if text.count("%") > _MAX_DIRECTIVES:
        raise fault(f"invalid format (more than {_MAX_DIRECTIVES} options)")
    parts: list[str | Directive] = []
    position = 0
    while True:
        percent = text.find("%", position)
        if percent < 0:
            if position < len(text):
                parts.append(text[position:])
            return parts
        if percent > position:
            parts.append(text[position:percent])
        if text.startswith("%", percent + 1):
            parts.append("%")
            position = percent + 2
            continue
        match = _DIRECTIVE.match(text, percent)
        assert match is not None
        parts.append(_directive(*match.groups()))
        position = match.end()


def _directive(flags: str, width: str, point: str | None, precision: str | None, verb: str) -> Directive:
    if len(flags) > _MAX_FLAGS:
        raise fault("invalid format (repeated flags)")
    if len(width) > _MAX_DIGITS or len(precision or "") > _MAX_DIGITS:
        raise fault("invalid format (width or precision too long)")
    if verb not in _WRITERS:
        raise fault(f"invalid option '%{verb}' to 'format'")
    return Directive(flags, width, precision if point else None, verb)


# --- one writer for each kind of verb -------------------------------------------------------------


def _integer(directive: Directive, value: LuaValue, position: int) -> str:
    number = value if type(value) is int else check_integer(value, position, "format")
    if directive.bare:
        return str(number)
    return directive.pad(directive.sign(number < 0), _digits(directive, str(abs(number))), directive.precision is None)


def _digits(directive: Directive, digits: str) -> str:
    """Give digits the least number that the precision asks for; a zero of precision zero has none."""
    if directive.precision is None:
        return digits
    return "" if digits == "0" and directive.precision == 0 else digits.zfill(directive.precision)


def _unsigned(directive: Directive, value: LuaValue, position: int) -> str:
    number = check_integer(value, position, "format") & _UNSIGNED
    if directive.verb == "u":
        digits, prefix = str(number), ""
    else:
        digits = f"{number:{directive.verb}}"
        prefix = "0" + directive.verb if number and directive.verb != "o" else ""
    digits = _digits(directive, digits)
    if "#" not in directive.flags:
        prefix = ""
    elif directive.verb == "o" and not digits.startswith("0"):
        digits = "0" + digits
    return directive.pad(prefix, digits, directive.precision is None)


def _float(directive: Directive, value: LuaValue, position: int) -> str:
    number = float(check_number(value, position, "format"))
    if math.isfinite(number):
        return directive.spec % number
    return _not_finite(directive, number)


def _not_finite(directive: Directive, number: float) -> str:
    text = "nan" if math.isnan(number) else "inf"
    sign = directive.sign(math.copysign(1.0, number) < 0)
    return directive.pad(sign, text.upper() if directive.verb.isupper() else text, False)


def _hexadecimal_float(directive: Directive, value: LuaValue, position: int) -> str:
    number = float(check_number(value, position, "format"))
    if not math.isfinite(number):
        return _not_finite(directive, number)
    sign = directive.sign(math.copysign(1.0, number) < 0) + "0x"
    digits = _hexadecimal_digits(abs(number), directive.precision, "#" in directive.flags)
    text = directive.pad(sign, digits, True)
    return text.upper() if directive.verb == "A" else text


def _hexadecimal_digits(number: float, precision: int | None, point: bool) -> str:
    """Write a finite float that is not negative as `%a` does, without the `0x`."""
    exponent = math.frexp(number)[1]
    exponent = max(exponent - 1, _MIN_EXPONENT) if number else 0
    # The float is `mantissa` times 2 to the power of (exponent - 52); a normal one has its leading 1 at bit 52.
    mantissa = int(math.ldexp(number, 52 - exponent))
    if precision is not None and precision < _MANTISSA_DIGITS:
        shift = 4 * (_MANTISSA_DIGITS - precision)
        half = 1 << (shift - 1)
        rest = mantissa & ((1 << shift) - 1)
        mantissa >>= shift
        if rest > half or (rest == half and mantissa & 1):
            mantissa += 1
        count = precision
    else:
        count = _MANTISSA_DIGITS
    whole, digits = mantissa >> (4 * count), f"{mantissa & ((1 << (4 * count)) - 1):0{count}x}" if count else ""
    digits = digits.rstrip("0") if precision is None else digits.ljust(precision, "0")
    return f"{whole}{'.' if digits or point else ''}{digits}p{exponent:+d}"


def _character(directive: Directive, value: LuaValue, position: int) -> str:
    text = chr(check_integer(value, position, "format") & 0xFF)
    return text.ljust(directive.width) if "-" in directive.flags else text.rjust(directive.width)


def _string(directive: Directive, value: LuaValue, position: int) -> str:
    text: str = value if type(value) is str else tostring(value)
    if directive.bare:
        return text
    if "\0" in text:
        raise bad_argument(position, "format", "string contains zeros")
    text = text if directive.precision is None else text[: directive.precision]
    return text.ljust(directive.width) if "-" in directive.flags else text.rjust(directive.width)


def _quoted(_directive: Directive, value: LuaValue, position: int) -> str:
    """Write a value so that the Lua reader gives it back."""
    kind = type(value)
    if kind is str:
        if len(value) > MAX_STRING // 4:  # each byte may become four
            raise too_large()
        return '"' + _SPECIAL.sub(_escape, value) + '"'
    if kind is int:
        return str(value) if value != MININTEGER else "0x8000000000000000"
    if kind is float:
        if value != value:
            return "(0/0)"
        if math.isinf(value):
            return "1e9999" if value > 0 else "-1e9999"
        sign = "-" if math.copysign(1.0, value) < 0 else ""
        return f"{sign}0x{_hexadecimal_digits(abs(value), None, False)}"
    if value is None or kind is bool:
        return str(tostring(value))
    raise bad_argument(position, "format", "value has no literal form")


_SPECIAL = re.compile('["\\\\\n]|[\0-\x1f\x7f](?=([0-9])?)')


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char in '"\\\n':
        return "\\" + char
    return f"\\{ord(char):03d}" if match.group(1) else f"\\{ord(char)}"


_WRITERS: dict[str, Callable[[Directive, LuaValue, int], str]] = {
    "d": _integer,
    "i": _integer,
    "u": _unsigned,
    "o": _unsigned,
    "x": _unsigned,
    "X": _unsigned,
    "c": _character,
    "e": _float,
    "E": _float,
    "f": _float,
    "g": _float,
    "G": _float,
    "a": _hexadecimal_float,
    "A": _hexadecimal_float,
    "q": _quoted,
    "s": _string,
}

_cache: dict[str, list[str | Directive]] = {}


def string_format(template: LuaValue = None, *args: LuaValue) -> str:
    """Format values by the directives of a template (string.format)."""
    parts = _cache.get(template) if type(template) is str else None
    if parts is None:
        template = check_string(template, 1, "format")
        parts = _parse(template)
        if len(template) <= _MAX_CACHED_TEXT:
            if len(_cache) >= _MAX_CACHED:
                _cache.clear()
            _cache[template] = parts
    return _fill(parts, args)


def _fill(parts: list[str | Directive], args: tuple[LuaValue, ...]) -> str:
    pieces: list[str] = []
    taken = size = 0
    for part in parts:
        if isinstance(part, str):
            piece = part
        elif taken == len(args):
            raise bad_argument(taken + 2, "format", "no value")
        else:
            directive = part
            piece = directive.write(directive, args[taken], taken + 2)
            taken += 1
        size += len(piece)
        pieces.append(piece)
    if size > MAX_STRING:
        raise too_large()
    return "".join(pieces)
