"""Lifecycle events, as processes receive them on `process.events()` (semantics 2.3)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from runtime.binding.text import encode
from runtime.lua.errors import Error, Kind
from runtime.lua.table import Table
from runtime.process.mailbox import EVENTS
from runtime.process.message import Envelope
from runtime.process.transfer import copy_value

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue
    from runtime.process.completion import Outcome
    from runtime.process.pid import Pid

CANCEL = "pid.cancel"
EXIT = "pid.exit"
LINK_DOWN = "pid.link.down"
OUTDATED = "pid.outdated"


def error_of(outcome: Outcome) -> Error | None:
    """Give the error object of an outcome, knowing where it was raised; any other raised value becomes Internal."""
    if outcome.error is None:
        return None
    value = outcome.error.value
    if not isinstance(value, Error):
        return Error(str(outcome.error), Kind.INTERNAL, frames=outcome.error.frames)
    if value.frames or not outcome.error.frames:
        return value
    return Error(
        value.message,
        value.kind,
        retryable=value.retryable,
        details=value.details,
        context=value.context,
        frames=outcome.error.frames,
        cause=value.cause,
    )


def exit_event(kind: str, pid: Pid, outcome: Outcome) -> Envelope:
    """Make the event that a process ended."""
    result = Table.from_dict({"value": copy_value(outcome.value), "error": error_of(outcome)})
    return _event(kind, pid, {"result": result})


def cancel_event(sender: Pid | None, reason: str) -> Envelope:
    """Make the request to end."""
    return _event(CANCEL, sender, {"reason": encode(reason)})


def outdated_event(sources: Table) -> Envelope:
    """Make the event that code has changed."""
    return _event(OUTDATED, None, {"sources": sources})


def _event(kind: str, sender: Pid | None, fields: dict[str, LuaValue]) -> Envelope:
    # `type` is what the reference's brief for language models reads; `kind` is the documented field.
    event = {
        "kind": kind,
        "type": kind,
        "from": encode(str(sender)) if sender else "",
        "at": int(time.time()),
        **fields,
    }
    return Envelope(sender, EVENTS, (Table.from_dict(event),))
