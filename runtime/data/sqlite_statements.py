"""Statements on a sqlite3 connection, as the thread pool runs them, and what the values that come back are in Lua."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.binding.text import encode
from runtime.data.database import Outcome
from runtime.data.wal import use_wal
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.data.database import Parameter, Row
    from runtime.lua.types import LuaValue

_BUSY_TIMEOUT = 10.0  # seconds to wait for another operating-system process that holds the file
_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d+)? ?(Z|[+-]\d\d:\d\d)?\Z")


def connect(path: str) -> sqlite3.Connection:
    """Open a file, or `:memory:`, in WAL mode; transactions begin only where the caller says so."""
    connection = sqlite3.connect(
        path,
        timeout=_BUSY_TIMEOUT,
        isolation_level=None,
        check_same_thread=False,
        detect_types=sqlite3.PARSE_DECLTYPES,
    )
    connection.text_factory = bytes  # which is what a Lua string is
    try:
        use_wal(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def query(connection: sqlite3.Connection, sql: str, parameters: Sequence[Parameter]) -> tuple[list[str], list[Any]]:
    """Run a statement, or several without parameters; give the names of the columns and the rows of the last."""
    cursor = _run(connection, sql, parameters)
    rows = cursor.fetchall()
    return [encode(column[0]) for column in cursor.description or ()], rows


def execute(connection: sqlite3.Connection, sql: str, parameters: Sequence[Parameter]) -> Outcome:
    """Run a statement, or several without parameters; give what the last one changed."""
    cursor = _run(connection, sql, parameters)
    if cursor.description is not None:
        cursor.fetchall()  # a RETURNING clause: the rows are changed as they are fetched
    return Outcome(last_insert_id=cursor.lastrowid or 0, rows_affected=max(cursor.rowcount, 0))


def check(connection: sqlite3.Connection, sql: str) -> None:
    """Compile a statement without running it."""
    if re.match(r"\s*explain\b", sql, re.IGNORECASE):
        return
    try:
        connection.execute(f"EXPLAIN {sql}").close()
    except sqlite3.ProgrammingError as problem:
        if "number of bindings" not in str(problem):  # it compiled and only lacks its parameters
            raise


def _run(connection: sqlite3.Connection, sql: str, parameters: Sequence[Parameter]) -> sqlite3.Cursor:
    try:
        return connection.execute(sql, parameters)
    except (sqlite3.Warning, sqlite3.ProgrammingError) as problem:
        if "one statement at a time" not in str(problem):
            raise
    if parameters:
        raise Failure(Kind.INVALID, "several statements at once take no parameters: run them one by one")
    *others, last = statements_of(sql)
    for statement in others:
        connection.execute(statement).fetchall()
    return connection.execute(last)


def statements_of(sql: str) -> Iterator[str]:
    """Split SQL behind the semicolons that end a statement, which those in strings and trigger bodies do not."""
    start = 0
    for semicolon in re.finditer(";", sql):
        statement = sql[start : semicolon.end()]
        if sqlite3.complete_statement(statement):
            yield statement
            start = semicolon.end()
    if sql[start:].strip():
        yield sql[start:]


def lua_rows(columns: list[str], rows: list[Any]) -> list[Row]:
    """Turn rows into Lua values by column name; text and blobs are strings, NULL is absent."""
    return [
        {
            column: value.decode("latin-1") if value.__class__ is bytes else value
            for column, value in zip(columns, row, strict=True)
            if value is not None
        }
        for row in rows
    ]


def _number_or_text(data: bytes) -> LuaValue:
    for read in (int, float):
        try:
            return read(data)
        except ValueError:
            continue
    return data.decode("latin-1")


def _boolean(data: bytes) -> LuaValue:
    """Read a column declared BOOLEAN: a number is a truth value, anything else stays what it is."""
    value = _number_or_text(data)
    return value if isinstance(value, str) else value > 0


def _datetime(data: bytes) -> LuaValue:
    """Read a column declared DATE, DATETIME or TIMESTAMP: date and time become RFC 3339, the rest stays what it is."""
    value = _number_or_text(data)
    match = _DATETIME.match(value) if isinstance(value, str) else None
    if match is None:
        return value
    date, minutes, seconds, fraction, zone = match.groups()
    return f"{date}T{minutes}{seconds or ':00'}{fraction or ''}{zone or 'Z'}"


# Python keeps converters by declared type for all connections that ask for them, with (deprecated) ones of its own for
# DATE and TIMESTAMP, which this replaces.
sqlite3.register_converter("BOOLEAN", _boolean)
for _declared in ("DATE", "DATETIME", "TIMESTAMP"):
    sqlite3.register_converter(_declared, _datetime)
