"""The `uuid` module: making, checking and taking apart universally unique identifiers (page lua/security/uuid)."""

import os
import random
import re
import uuid
from typing import Final

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text
from runtime.process import chance, current, timing

module = Module("uuid", classes=("nondeterministic", "workflow"))

_TEXT = re.compile(
    r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|[0-9a-f]{32}",
    re.IGNORECASE,
)
_GREGORIAN = 0x01B21DD213814000  # from 15 October 1582 to 1970, in units of 100 ns
_VARIANTS = {
    uuid.RESERVED_NCS: "NCS",
    uuid.RFC_4122: "RFC4122",
    uuid.RESERVED_MICROSOFT: "Microsoft",
    uuid.RESERVED_FUTURE: "Future",
}
# The multicast bit marks a node that is not the address of a network card.
_NODE: Final = int.from_bytes(os.urandom(6)) | 0x010000000000
_CLOCK: Final = random.SystemRandom().getrandbits(14)


def _read(value: LuaValue) -> uuid.UUID:
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, "a UUID is a string")
    if not _TEXT.fullmatch(value):
        raise Failure(Kind.INVALID, f"invalid UUID '{value[:64]}'")
    return uuid.UUID(value)


@module.function
def v1() -> Text:
    """Make one of the time and this node, which has a random number in place of a network address."""
    running = current.process()
    if running is None or running.run is None:
        return Text(str(uuid.uuid1(_NODE, _CLOCK)))
    # Time stands still within a task of a workflow, so that chance alone tells its identifiers apart.
    ticks, luck = timing.wall() // 100 + _GREGORIAN, running.run.random.getrandbits(62)
    fields = (ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0x0FFF, luck >> 56, luck >> 48 & 0xFF)
    return Text(str(uuid.UUID(fields=(*fields, luck & (1 << 48) - 1 | 0x010000000000), version=1)))


@module.function
def v4() -> Text:
    """Make a random one."""
    return Text(str(uuid.UUID(bytes=chance.random_bytes(16), version=4)))


@module.function
def v7() -> Text:
    """Make a random one that begins with the time in milliseconds."""
    number = (timing.wall() // 1_000_000 & (1 << 48) - 1) << 80 | int.from_bytes(chance.random_bytes(10))
    number = number & ~(0xF << 76) | 7 << 76
    return Text(str(uuid.UUID(int=number & ~(3 << 62) | 2 << 62)))


@module.function
def v3(namespace: LuaValue = None, name: LuaValue = None) -> Text:
    """Make the one that a namespace and a name always have, by MD5."""
    return Text(str(uuid.uuid3(_read(namespace), _name(name))))


@module.function
def v5(namespace: LuaValue = None, name: LuaValue = None) -> Text:
    """Make the one that a namespace and a name always have, by SHA-1."""
    return Text(str(uuid.uuid5(_read(namespace), _name(name))))


def _name(value: LuaValue) -> str:
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, "the name is not a string")
    return value.encode("latin-1").decode("utf-8", "surrogateescape")


@module.function
def validate(value: LuaValue = None) -> bool:
    """Tell whether a value is the text of a UUID."""
    return isinstance(value, str) and _TEXT.fullmatch(value) is not None


@module.function
def version(value: LuaValue = None) -> LuaValue:
    """Give the version, 1 to 15; 0 for other variants than RFC 4122."""
    return _version(_read(value))


def _version(read: uuid.UUID) -> int:
    return read.version or 0


@module.function
def variant(value: LuaValue = None) -> Text:
    """Give the name of the variant."""
    return Text(_VARIANTS[_read(value).variant])


@module.function
def parse(value: LuaValue = None) -> LuaValue:
    """Take one apart: version and variant; of a version with a time also that, of version 1 the node."""
    read = _read(value)
    found: dict[str, LuaValue] = {"version": _version(read), "variant": _VARIANTS[read.variant]}
    if read.version == 1:
        found["timestamp"] = (read.time - _GREGORIAN) // 10_000_000
        found["node"] = f"{read.node:012x}"
    elif read.version == 7:
        found["timestamp"] = (read.int >> 80) // 1000
    return Table.from_dict(found)


@module.function(name="format")
def format_(value: LuaValue = None, style: LuaValue = None) -> Text:
    """Write one in the form `standard`, `simple` (no hyphens) or `urn`."""
    read = _read(value)
    forms = {"standard": str(read), "simple": read.hex, "urn": read.urn}
    text = forms.get("standard" if style is None else style) if style is None or isinstance(style, str) else None
    if text is None:
        raise Failure(Kind.INVALID, "unsupported format: choose standard, simple or urn")
    return Text(text)
