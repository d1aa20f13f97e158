"""Numerals and string literals as values (manual 3.1)."""

from __future__ import annotations

import re

_DECIMAL = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_HEX_FLOAT = re.compile(r"0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?\Z")
_HEX_INTEGER = re.compile(r"0[xX][0-9a-fA-F]+\Z")
_MAXINTEGER = 0x7FFFFFFFFFFFFFFF
_LONGEST_INTEGER = 19  # digits of the greatest 64-bit integer
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\\"'])|(?P<newline>\r\n|\n\r|\n|\r)|x(?P<hex>[0-9a-fA-F]{2})|z(?P<skip>\s*)"
    r"|(?P<decimal>[0-9]{1,3})|u\{(?P<unicode>[0-9a-fA-F]+)\}|(?P<bad>[\s\S]?))"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'"}
_BYTE_MAX = 255
_UNICODE_MAX = 0x7FFFFFFF


class LiteralError(ValueError):
    """A malformed literal; `offset` counts characters from the start of the literal."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def numeral(text: str) -> int | float:
    """Give the value of a numeral: integers that do not fit 64 bits become floats, hexadecimal ones wrap."""
    if _DECIMAL.match(text):
        digits = text.lstrip("0") or "0"
        if text.isdigit() and len(digits) <= _LONGEST_INTEGER:
            value = int(digits)
            return value if value <= _MAXINTEGER else float(value)
        return float(text)
    if _HEX_INTEGER.match(text):
        value = int(text[2:], 16) & 0xFFFFFFFFFFFFFFFF
        return value - 0x10000000000000000 if value > _MAXINTEGER else value
    if _HEX_FLOAT.match(text):
        return _hex_float(text)
    raise LiteralError(f"malformed number near '{text}'")


def _hex_float(text: str) -> float:
    try:
        return float.fromhex(text)
    except OverflowError:
        return float("inf")


def short_string(text: str) -> str:
    """Give the value of a quoted string."""
    body = text[1:-1]
    return _ESCAPE.sub(_escape, body) if "\\" in body else body


def long_string(text: str) -> str:
    """Give the value of a long-bracket string: line ends become newlines, a first one is dropped."""
    level = text.index("[", 1) + 1
    body = text[level:-level].replace("\r\n", "\n").replace("\n\r", "\n").replace("\r", "\n")
    return body.removeprefix("\n")


def _escape(match: re.Match[str]) -> str:
    kind = match.lastgroup
    text = match.group(kind) if kind else ""
    if kind == "simple":
        return _SIMPLE[text]
    if kind == "newline":
        return "\n"
    if kind == "hex":
        return chr(int(text, 16))
    if kind == "skip":
        return ""
    if kind == "decimal":
        if int(text) > _BYTE_MAX:
            raise LiteralError(f"decimal escape too large near '\\{text}'", match.start() + 1)
        return chr(int(text))
    if kind == "unicode":
        return _utf8(int(text, 16), match)
    if text == "x":
        raise LiteralError("hexadecimal digit expected", match.start() + 1)
    if text == "u":
        raise LiteralError("missing '{' or '}' or digits in \\u{xxxx}", match.start() + 1)
    raise LiteralError(f"invalid escape sequence '\\{text}'", match.start() + 1)


def _utf8(code: int, match: re.Match[str]) -> str:
    """Encode a code point of up to 31 bits as the original UTF-8 did, one character a byte."""
    if code > _UNICODE_MAX:
        raise LiteralError("UTF-8 value too large", match.start() + 1)
    if code < 0x80:
        return chr(code)
    tail: list[int] = []
    first_limit = 0x3F
    while code > first_limit:
        tail.append(0x80 | (code & 0x3F))
        code >>= 6
        first_limit >>= 1
    lead = ((~first_limit << 1) & 0xFF) | code
    return "".join(map(chr, [lead, *reversed(tail)]))
