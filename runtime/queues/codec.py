"""Messages as bytes, for drivers that keep them outside of the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.binding.text import from_bytes, to_bytes
from runtime.lua.errors import Kind
from runtime.process import formats
from runtime.queues.queue import JSON, MSGPACK

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

CONTENT_TYPES = {JSON: "application/json", MSGPACK: "application/msgpack"}


def encode(body: LuaValue, codec: str) -> bytes:
    """Write a body; Invalid for what the codec cannot express. JSON takes bytes that are no text as U+FFFD."""
    try:
        return to_bytes(formats.write(body, codec))
    except Failure as failure:
        raise Failure(Kind.INVALID, f"the data cannot be written as {codec}: {failure.message}") from None


def decode(data: bytes, codec: str) -> LuaValue:
    """Read a body; one that somebody else wrote in another way stays the string that it is."""
    try:
        return formats.read(from_bytes(data), codec)
    except Failure:
        return from_bytes(data)
