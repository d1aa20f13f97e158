"""`string.pack`, `string.packsize` and `string.unpack` (manual 6.4.2)."""

from __future__ import annotations

import math
import struct
import sys

from runtime.lua import calls
from runtime.lua.args import bad_argument, check_integer, check_number, check_string, opt_integer
from runtime.lua.errors import fault
from runtime.lua.numbers import MAXINTEGER, MININTEGER, wrap
from runtime.lua.stringlimit import MAX_STRING, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.lua.types import LuaValue, Results

_MAX_INTEGER_SIZE = 16
_NATIVE_ALIGNMENT = 8
_LUA_INTEGER_SIZE = 8
_MAX_RESULTS = 1_000_000  # as LUAI_MAXSTACK
_MAX_PACKED = 0x7FFFFFFF
_MAX_FORMAT = 1 << 20  # bytes; reading that many takes a second
_UNSIGNED = 0xFFFFFFFFFFFFFFFF

# The kinds of items, and those letters that have a fixed size.
_SIGNED = "signed integer"
_PLAIN = "unsigned integer"
_FLOAT = "float"
_CHARS = "string of fixed size"
_COUNTED = "string with its length in front"
_ZERO_ENDED = "string with a zero behind"
_PADDING = "one byte of padding"
_ALIGNMENT = "alignment to the next option"
_NOTHING = "a setting"
_FIXED: dict[str, tuple[str, int]] = {
    "b": (_SIGNED, 1),
    "B": (_PLAIN, 1),
    "h": (_SIGNED, 2),
    "H": (_PLAIN, 2),
    "l": (_SIGNED, 8),
    "L": (_PLAIN, 8),
    "j": (_SIGNED, 8),
    "J": (_PLAIN, 8),
    "T": (_PLAIN, 8),
    "f": (_FLOAT, 4),
    "d": (_FLOAT, 8),
    "n": (_FLOAT, 8),
    "z": (_ZERO_ENDED, 0),
    "x": (_PADDING, 1),
    "X": (_ALIGNMENT, 0),
    " ": (_NOTHING, 0),
}
_SIZED: dict[str, tuple[str, int]] = {"i": (_SIGNED, 4), "I": (_PLAIN, 4), "s": (_COUNTED, 8)}
_NO_VALUE = (_PADDING, _ALIGNMENT, _NOTHING)


class _Format:
    """Reads the options of a format one after another, with the byte order and alignment in force."""

    def __init__(self, text: str, function: str) -> None:
        if len(text) > _MAX_FORMAT:
            raise bad_argument(1, function, f"format longer than {_MAX_FORMAT} bytes")
        self.text = text
        self.function = function
        self.position = 0
        self.order: str = sys.byteorder
        self.alignment = 1

    def items(self) -> Iterator[tuple[str, int, int]]:
        """Iterate over (kind, size, alignment of the item, 1 for none)."""
        while self.position < len(self.text):
            kind, size = self.option()
            align = size
            if kind is _ALIGNMENT:
                align = self.next_alignment()
            if align <= 1 or kind is _CHARS:
                align = 1
            align = min(align, self.alignment)
            if align & (align - 1):
                raise bad_argument(1, self.function, "format asks for alignment not power of 2")
            yield kind, size, align

    def next_alignment(self) -> int:
        """Read the option behind an `X`, which is there for its alignment only."""
        kind, size = self.option() if self.position < len(self.text) else (_NOTHING, 0)
        if kind is _CHARS or size == 0:
            raise bad_argument(1, self.function, "invalid next option for option 'X'")
        return size

    def option(self) -> tuple[str, int]:
        """Read one option; give its kind and size."""
        letter = self.text[self.position]
        self.position += 1
        if letter in _FIXED:
            return _FIXED[letter]
        if letter in _SIZED:
            kind, default = _SIZED[letter]
            return kind, self.limited(default)
        if letter == "c":
            size = self.number(-1)
            if size < 0:
                raise fault("missing size for format option 'c'")
            return _CHARS, size
        if letter == "!":
            self.alignment = self.limited(_NATIVE_ALIGNMENT)
        elif letter in "<>=":
            self.order = {"<": "little", ">": "big", "=": sys.byteorder}[letter]
        else:
            raise fault(f"invalid format option '{letter}'")
        return _NOTHING, 0

    def number(self, default: int) -> int:
        """Read the digits at hand, as many as fit an int of C; the default when there are none."""
        found = None
        while self.text[self.position : self.position + 1] in _DIGITS and (found or 0) <= _MAX_BEFORE_DIGIT:
            found = (found or 0) * 10 + int(self.text[self.position])
            self.position += 1
        return default if found is None else found

    def limited(self, default: int) -> int:
        """Read the size of an integer."""
        size = self.number(default)
        if not 1 <= size <= _MAX_INTEGER_SIZE:
            raise fault(f"integral size ({size}) out of limits [1,{_MAX_INTEGER_SIZE}]")
        return size

    def integer_bytes(self, number: int, size: int, signed: bool) -> bytes:
        """Write an integer that fits the size."""
        return number.to_bytes(size, self.order, signed=signed)  # type: ignore[arg-type]

    def integer(self, data: bytes, signed: bool) -> int:
        """Read an integer; raise when it needs more than 64 bits."""
        number = int.from_bytes(data, self.order, signed=signed)  # type: ignore[arg-type]
        if len(data) > _LUA_INTEGER_SIZE and not MININTEGER <= number <= (MAXINTEGER if signed else _UNSIGNED):
            raise fault(f"{len(data)}-byte integer does not fit into Lua Integer")
        return int(wrap(number))

    def float_code(self, size: int) -> str:
        """Give the format by which `struct` knows a float."""
        return ("<" if self.order == "little" else ">") + ("f" if size < _LUA_INTEGER_SIZE else "d")


_DIGITS = tuple("0123456789")
_MAX_BEFORE_DIGIT = (_MAX_PACKED - 9) // 10


# --- packing --------------------------------------------------------------------------------------


def pack(template: LuaValue = None, *args: LuaValue) -> str:
    """Write values as binary data (string.pack)."""
    form = _Format(check_string(template, 1, "pack"), "pack")
    data = bytearray()
    position = 1
    for kind, size, align in form.items():
        data.extend(bytes(-len(data) % align))
        if kind is _PADDING:
            data.append(0)
        elif kind not in _NO_VALUE:
            position += 1
            value = args[position - 2] if position - 2 < len(args) else None
            data.extend(_packed(form, kind, size, value, position))
        if len(data) > MAX_STRING:
            raise too_large()
    return data.decode("latin-1")


def _packed(form: _Format, kind: str, size: int, value: LuaValue, position: int) -> bytes:
    if kind is _SIGNED or kind is _PLAIN:
        return _packed_integer(form, size, check_integer(value, position, "pack"), kind is _SIGNED, position)
    if kind is _FLOAT:
        return _packed_float(form.float_code(size), float(check_number(value, position, "pack")))
    data = check_string(value, position, "pack").encode("latin-1")
    if kind is _CHARS:
        if len(data) > size:
            raise bad_argument(position, "pack", "string longer than given size")
        if size > MAX_STRING:
            raise too_large()
        return data.ljust(size, b"\0")
    if kind is _COUNTED:
        if len(data) >> (8 * size):
            raise bad_argument(position, "pack", "string length does not fit in given size")
        return form.integer_bytes(len(data), size, False) + data
    if b"\0" in data:
        raise bad_argument(position, "pack", "string contains zeros")
    return data + b"\0"


def _packed_integer(form: _Format, size: int, number: int, signed: bool, position: int) -> bytes:
    if signed:
        if size < _LUA_INTEGER_SIZE and not -1 << (8 * size - 1) <= number < 1 << (8 * size - 1):
            raise bad_argument(position, "pack", "integer overflow")
        return form.integer_bytes(number, size, True)
    number &= _UNSIGNED
    if size < _LUA_INTEGER_SIZE and number >> (8 * size):
        raise bad_argument(position, "pack", "unsigned overflow")
    return form.integer_bytes(number, size, False)


def _packed_float(code: str, number: float) -> bytes:
    try:
        return struct.pack(code, number)
    except OverflowError:
        return struct.pack(code, math.copysign(math.inf, number))


def packsize(template: LuaValue = None, *_: LuaValue) -> int:
    """Give the size of what a format packs (string.packsize)."""
    form = _Format(check_string(template, 1, "packsize"), "packsize")
    total = 0
    for kind, size, align in form.items():
        if kind is _COUNTED or kind is _ZERO_ENDED:
            raise bad_argument(1, "packsize", "variable-length format")
        total += -total % align + size
        if total > _MAX_PACKED:
            raise bad_argument(1, "packsize", "format result too large")
    return total


# --- unpacking ------------------------------------------------------------------------------------


def unpack(template: LuaValue = None, data: LuaValue = None, start: LuaValue = None, *_: LuaValue) -> Results:
    """Read values from binary data (string.unpack); the last result is the position behind them."""
    form = _Format(check_string(template, 1, "unpack"), "unpack")
    packed = check_string(data, 2, "unpack").encode("latin-1")
    position = opt_integer(start, 3, "unpack", 1)
    position = position - 1 if position >= 0 else position + len(packed)
    if position < 0 or position > len(packed):
        raise bad_argument(3, "unpack", "initial position out of string")
    values: list[LuaValue] = []
    for kind, size, align in form.items():
        position += -position % align
        if position + size > len(packed):
            raise bad_argument(2, "unpack", "data string too short")
        if kind not in _NO_VALUE:
            value, position = _unpacked(form, kind, size, packed, position)
            values.append(value)
            if len(values) > _MAX_RESULTS:
                raise fault("too many results")
        else:
            position += size
    values.append(position + 1)
    return calls.pack(values)


def _unpacked(form: _Format, kind: str, size: int, packed: bytes, position: int) -> tuple[LuaValue, int]:
    """Read one value; give it and the position behind it."""
    end = position + size
    data = packed[position:end]
    if kind is _SIGNED or kind is _PLAIN:
        return form.integer(data, kind is _SIGNED), end
    if kind is _FLOAT:
        return struct.unpack(form.float_code(size), data)[0], end
    if kind is _CHARS:
        return data.decode("latin-1"), end
    if kind is _COUNTED:
        length = form.integer(data, False)
        if length < 0 or end + length > len(packed):
            raise bad_argument(2, "unpack", "data string too short")
        return packed[end : end + length].decode("latin-1"), end + length
    zero = packed.find(b"\0", position)
    if zero < 0:
        raise bad_argument(2, "unpack", "unfinished string for format 'z'")
    return packed[position:zero].decode("latin-1"), zero + 1
