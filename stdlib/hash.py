"""The `hash` module: digests, keyed digests and fast hashes of strings (documentation page lua/security/hash)."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from runtime.binding import Failure, Kind, LuaString, LuaValue, Module
from runtime.binding.text import from_bytes, to_bytes
from runtime.lua.numbers import wrap
from runtime.process.traps import run_outside

module = Module("hash", deterministic=True, classes=("encoding", "security", "deterministic"))
_LARGE = 1 << 20  # bytes: what takes longer than a millisecond is done in a thread, beside other processes


def _input(value: LuaValue, what: str) -> bytes:
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, f"{what} must be a string")
    return to_bytes(value)


def _compute(data: bytes, call: Callable[[], Any]) -> Any:
    return run_outside(call) if len(data) > _LARGE else call()


def _shown(made: Any, raw: LuaValue) -> LuaString:
    return LuaString(from_bytes(made.digest()) if raw not in (None, False) else made.hexdigest())


def _declare(name: str) -> None:
    def digest(data: LuaValue = None, raw: LuaValue = None) -> LuaString:
        given = _input(data, "data")
        return _shown(_compute(given, lambda: hashlib.new(name, given, usedforsecurity=False)), raw)

    def keyed(data: LuaValue = None, secret: LuaValue = None, raw: LuaValue = None) -> LuaString:
        given, key = _input(data, "data"), _input(secret, "secret")
        return _shown(_compute(given, lambda: hmac.new(key, given, name)), raw)

    module.function(name=name, blocks=True)(digest)
    module.function(name=f"hmac_{name}", blocks=True)(keyed)


for _name in ("md5", "sha1", "sha256", "sha512"):
    _declare(_name)


def _fnv(data: LuaValue, start: int, prime: int, bits: int) -> int:
    """Compute the FNV-1 hash of a number of bits."""
    mask = (1 << bits) - 1
    value = start
    for byte in _input(data, "data"):
        value = (value * prime & mask) ^ byte
    return value


@module.function
def fnv32(data: LuaValue = None) -> int:
    """Give the FNV-1 hash of 32 bits."""
    return _fnv(data, 0x811C9DC5, 0x01000193, 32)


@module.function
def fnv64(data: LuaValue = None) -> int:
    """Give the FNV-1 hash of 64 bits, as an integer that may be negative."""
    return int(wrap(_fnv(data, 0xCBF29CE484222325, 0x100000001B3, 64)))
