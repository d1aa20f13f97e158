"""What PostgreSQL's errors are to Lua code, by SQLSTATE (its manual, appendix A)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

# The state, or the beginning that is longest: kind, and whether trying again makes sense.
_KINDS = {
    "08": (Kind.UNAVAILABLE, True),
    "0A": (Kind.INVALID, False),
    "22": (Kind.INVALID, False),
    "23": (Kind.CONFLICT, False),
    "23505": (Kind.ALREADY_EXISTS, False),
    "25": (Kind.INVALID, False),
    "25006": (Kind.PERMISSION_DENIED, False),
    "25P02": (Kind.CONFLICT, True),
    "26": (Kind.INVALID, False),
    "28": (Kind.PERMISSION_DENIED, False),
    "3D": (Kind.INVALID, False),
    "3F": (Kind.INVALID, False),
    "40": (Kind.CONFLICT, True),
    "42": (Kind.INVALID, False),
    "42501": (Kind.PERMISSION_DENIED, False),
    "53": (Kind.UNAVAILABLE, True),
    "54": (Kind.INVALID, False),
    "55P03": (Kind.CONFLICT, True),
    "57014": (Kind.CANCELED, False),
    "57P": (Kind.UNAVAILABLE, True),
}
# Fields of an error response (its manual, protocol-error-fields) that go into the details.
_FIELDS = {
    "V": "severity",
    "D": "detail",
    "H": "hint",
    "P": "position",
    "s": "schema",
    "t": "table",
    "c": "column",
    "n": "constraint",
}


def failure_of(fields: Mapping[str, str]) -> Failure:
    """Make the failure of the fields of an error response."""
    state = fields.get("C", "")
    kind, retryable = Kind.INTERNAL, False
    for length in (5, 3, 2):
        known = _KINDS.get(state[:length])
        if known is not None:
            kind, retryable = known
            break
    if state == "57014" and "timeout" in fields.get("M", ""):
        kind = Kind.TIMEOUT
    details = {name: fields[key] for key, name in _FIELDS.items() if key in fields}
    message = fields.get("M", "the server gives no reason")
    return Failure(kind, message, retryable=retryable, details={"code": state, "sqlstate": state, **details})


def ends_connection(fields: Mapping[str, str]) -> bool:
    """Tell whether the server hangs up after an error."""
    return fields.get("V") in ("FATAL", "PANIC")
