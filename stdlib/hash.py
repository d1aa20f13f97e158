"""The `hash` module: digests, HMAC, FNV (page lua/security/hash)."""

from __future__ import annotations

import hashlib
import hmac

from runtime.binding import Bytes, LuaValue, Module
from runtime.binding.demand import demand_bytes
from runtime.lua.numbers import wrap
from runtime.offload import offload_large

module = Module("hash", deterministic=True, classes=("encoding", "security", "deterministic"))

_DIGESTS = ("md5", "sha1", "sha256", "sha512")
_FNV_32 = (0x811C9DC5, 0x01000193, 0xFFFFFFFF)
_FNV_64 = (0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF)


def _declare(algorithm: str) -> None:
    """Declare the digest and the HMAC of an algorithm: as hexadecimal digits, or as bytes when `raw`."""

    @module.function(name=algorithm, blocks=True)
    def digest(data: LuaValue = None, raw: bool = False) -> Bytes:
        """Give the digest as hexadecimal digits, or as bytes."""
        content = demand_bytes(data, "data")
        # None of these is a matter of security here: what to use MD5 for is the application's business.
        made = offload_large(len(content), _digest, algorithm, content)
        return Bytes(made if raw else made.hex().encode())

    @module.function(name=f"hmac_{algorithm}", blocks=True)
    def authenticated(data: LuaValue = None, secret: LuaValue = None, raw: bool = False) -> Bytes:
        """Give the HMAC with a secret as hexadecimal digits, or as bytes."""
        content = demand_bytes(data, "data")
        made = offload_large(len(content), hmac.digest, demand_bytes(secret, "secret"), content, algorithm)
        return Bytes(made if raw else made.hex().encode())


def _digest(algorithm: str, content: bytes) -> bytes:
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


for _algorithm in _DIGESTS:
    _declare(_algorithm)


@module.function(blocks=True)
def fnv32(data: LuaValue = None) -> int:
    """Give the FNV-1 hash of 32 bits."""
    content = demand_bytes(data, "data")
    return offload_large(len(content), _fnv, content, *_FNV_32)


@module.function(blocks=True)
def fnv64(data: LuaValue = None) -> int:
    """Give the FNV-1 hash of 64 bits, as an integer that may be negative."""
    content = demand_bytes(data, "data")
    return int(wrap(offload_large(len(content), _fnv, content, *_FNV_64)))


def _fnv(content: bytes, value: int, prime: int, mask: int) -> int:
    for byte in content:
        value = (value * prime & mask) ^ byte
    return value
