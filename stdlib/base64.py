"""The `base64` module: RFC 4648 with padding (page lua/data/base64)."""

from __future__ import annotations

import base64 as codec
import binascii

from runtime.binding import Bytes, Failure, Kind, LuaValue, Module
from runtime.binding.demand import demand_bytes
from runtime.offload import offload_large

module = Module("base64", deterministic=True, classes=("encoding", "deterministic"))


@module.function(blocks=True)
def encode(data: LuaValue = None) -> Bytes:
    """Encode bytes; Invalid for what is no string."""
    raw = demand_bytes(data, "data")
    return Bytes(offload_large(len(raw), codec.b64encode, raw))


@module.function(blocks=True)
def decode(data: LuaValue = None) -> Bytes:
    """Decode what `encode` makes, with line breaks anywhere in it; Invalid for anything else."""
    text = demand_bytes(data, "data")
    try:
        return Bytes(offload_large(len(text), _decoded, text))
    except (binascii.Error, ValueError) as problem:
        raise Failure(Kind.INVALID, f"decode failed: illegal base64 data: {problem}") from None


def _decoded(text: bytes) -> bytes:
    return codec.b64decode(text.translate(None, b"\r\n"), validate=True)
