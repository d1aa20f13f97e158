"""The `base64` module: bytes as text of 64 letters and back, after RFC 4648 (documentation page lua/data/base64)."""

import base64
import binascii

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module
from runtime.binding.text import to_bytes

module = Module("base64", deterministic=True, classes=("encoding", "deterministic"))


@module.function
def encode(data: LuaValue = None) -> LuaString:
    """Write bytes as base64."""
    return LuaString(base64.b64encode(_bytes(data)).decode("ascii"))


@module.function
def decode(data: LuaValue = None) -> Bytes:
    """Read base64; Invalid for other letters and wrong padding. Line breaks are left out."""
    given = _bytes(data).translate(None, b"\r\n")
    try:
        return Bytes(base64.b64decode(given, validate=True))
    except binascii.Error as problem:
        raise Failure(Kind.INVALID, f"illegal base64 data: {str(problem).lower()}") from None


def _bytes(data: LuaValue) -> bytes:
    if not isinstance(data, str):
        raise Failure(Kind.INVALID, "the data must be a string")
    return to_bytes(data)
