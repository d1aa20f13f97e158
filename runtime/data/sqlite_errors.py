"""What SQLite's errors are to Lua code."""

from __future__ import annotations

import sqlite3

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

# Every exception by which Python's sqlite3 reports a statement or a value; ValueError for NUL and lone surrogates.
ERRORS = (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError)

_UNIQUE = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID")
_KINDS = {
    "SQLITE_ERROR": Kind.INVALID,
    "SQLITE_MISMATCH": Kind.INVALID,
    "SQLITE_RANGE": Kind.INVALID,
    "SQLITE_TOOBIG": Kind.INVALID,
    "SQLITE_AUTH": Kind.PERMISSION_DENIED,
    "SQLITE_PERM": Kind.PERMISSION_DENIED,
    "SQLITE_READONLY": Kind.PERMISSION_DENIED,
    "SQLITE_CONSTRAINT": Kind.CONFLICT,
    "SQLITE_BUSY": Kind.CONFLICT,
    "SQLITE_LOCKED": Kind.CONFLICT,
    "SQLITE_CANTOPEN": Kind.UNAVAILABLE,
    "SQLITE_FULL": Kind.UNAVAILABLE,
    "SQLITE_IOERR": Kind.UNAVAILABLE,
    "SQLITE_INTERRUPT": Kind.CANCELED,
}
_RETRYABLE = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN"})


def failure_of(error: Exception) -> Failure:
    """Make the failure of an error from Python's sqlite3; the extended code's name and number go into the details."""
    name = getattr(error, "sqlite_errorname", None)
    if name is None:
        return Failure(Kind.INVALID, _without_code(error))
    primary = "_".join(name.split("_")[:2])
    kind = Kind.ALREADY_EXISTS if name in _UNIQUE else _KINDS.get(primary, Kind.INTERNAL)
    details = {"code": name, "number": getattr(error, "sqlite_errorcode", None)}
    return Failure(kind, str(error), retryable=primary in _RETRYABLE, details=details)


def _without_code(error: Exception) -> str:
    """Word what Python found wrong before SQLite saw the statement."""
    message = str(error)
    if "number of bindings" in message:
        return f"{message.rstrip('.')}; a nil at the end of the parameters is not counted, write sql.NULL"
    if isinstance(error, UnicodeError):
        return "the statement is not valid UTF-8; pass bytes as parameters"
    return message
