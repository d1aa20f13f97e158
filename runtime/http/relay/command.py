"""What a handler says to a relay in a header, and processes in control messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runtime.binding.text import decode
from runtime.durations import parse_duration
from runtime.lua import jsontext
from runtime.lua.table import Table
from runtime.process.pid import Pid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.lua.types import LuaValue

HEARTBEAT = 30.0  # seconds


class CommandError(ValueError):
    """A command that cannot be carried out."""


@dataclass(frozen=True)
class Command:
    """How a relay behaves. Times are in seconds, 0 meaning never; `metadata` is a Lua value that is only copied."""

    message_topic: str
    target: Pid | None = None
    heartbeat: float = HEARTBEAT
    idle_timeout: float = 0.0
    hard_timeout: float = 0.0
    metadata: LuaValue = None

    def changed(self, fields: Mapping[str, Any], default_topic: str) -> Command:
        """Give the command with the fields that are present changed; an empty text means the default of the field."""
        new: dict[str, Any] = {}
        for name, default in (("heartbeat_interval", HEARTBEAT), ("idle_timeout", 0.0), ("hard_timeout", 0.0)):
            if name in fields:
                new[name.removesuffix("_interval")] = _seconds(name, fields[name], default)
        if "message_topic" in fields:
            new["message_topic"] = _text("message_topic", fields["message_topic"]) or default_topic
        if "target_pid" in fields:
            new["target"] = _target(fields["target_pid"])
        if "metadata" in fields:
            new["metadata"] = fields["metadata"]
        return replace(self, **new)


def parse(header: str, default_topic: str) -> Command:
    """Read the value of a header (a Lua string); raise CommandError."""
    return Command(default_topic).changed(fields_of(header), default_topic)


def fields_of(value: LuaValue) -> Mapping[str, Any]:
    """Give the fields of a command: a table, or JSON text of an object."""
    if isinstance(value, str):
        try:
            value = jsontext.decode(value)
        except jsontext.JsonError as error:
            raise CommandError(f"invalid relay configuration: {error}") from None
    if not isinstance(value, Table):
        raise CommandError("invalid relay configuration: it must be an object")
    return {key: item for key, item in value.items() if isinstance(key, str)}


def _text(name: str, value: LuaValue) -> str:
    if not isinstance(value, str):
        raise CommandError(f"invalid relay configuration: {name} must be a string")
    return decode(value)


def _seconds(name: str, value: LuaValue, default: float) -> float:
    if value == "":
        return default
    try:
        seconds = parse_duration(value)
    except ValueError as error:
        raise CommandError(f"invalid relay configuration: {name}: {error}") from None
    if seconds < 0:
        raise CommandError(f"invalid relay configuration: {name} is negative")
    return seconds


def _target(value: LuaValue) -> Pid | None:
    text = _text("target_pid", value)
    if not text:
        return None
    pid = Pid.parse(text)
    if pid is None:
        raise CommandError(f"invalid target PID: {text!r}")
    return pid
