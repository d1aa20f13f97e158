"""Lua values and errors on their way in and out of a workflow, as JSON in UTF-8 (semantics section 8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.binding import Error, Failure, Kind, Table, to_python
from runtime.binding.text import decode as text_of
from runtime.binding.text import encode as lua_of
from runtime.binding.text import from_bytes, to_bytes
from runtime.lua import jsontext
from runtime.lua.errors import Frame
from runtime.process.message import Payload
from runtime.workflows.activation import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.lua.types import LuaValue
    from runtime.workflows.activation import Data

_DEEPEST = 32  # errors that wrap one another, and are told to the other side


def encode(value: LuaValue) -> Data:
    """Write a value; Failure INVALID when it has no place in JSON, for a function that is lost would be found late."""
    if isinstance(value, Payload):
        value = value.data()
    if isinstance(value, Error):
        return json.dumps({"message": text_of(value.full_text()), "kind": value.kind}).encode()
    try:
        return to_bytes(jsontext.encode(value))
    except jsontext.JsonError as problem:
        raise Failure(Kind.INVALID, f"a workflow keeps its values as JSON: {problem}") from None


def encode_all(values: Iterable[LuaValue]) -> tuple[Data, ...]:
    """Write several values."""
    return tuple(encode(value) for value in values)


def decode(data: Data | None) -> LuaValue:
    """Read a value; None gives nil."""
    return None if data is None else jsontext.decode(from_bytes(data))


def decode_all(values: Iterable[Data]) -> tuple[LuaValue, ...]:
    """Read several values."""
    return tuple(decode(value) for value in values)


def problem_of(error: Error) -> Problem:
    """Write an error and those that it wraps."""
    return _problem_of(error, _DEEPEST)


def _problem_of(error: Error, depth: int) -> Problem:
    return Problem(
        text_of(error.full_text()),
        error.kind,
        error.retryable,
        _details_of(error.details),
        "\n".join(str(frame) for frame in error.frames),
        _problem_of(error.cause, depth - 1) if error.cause is not None and depth else None,
    )


def _details_of(details: LuaValue) -> Data | None:
    if not isinstance(details, Table):
        return None
    try:
        return to_bytes(jsontext.encode(details))
    except jsontext.JsonError:
        return json.dumps(to_python(details), default=str).encode()  # better in part than not at all


def error_of(problem: Problem) -> Error:
    """Read an error and those that it wraps."""
    return Error(
        lua_of(problem.message),
        problem.kind,
        retryable=problem.retryable,
        details=decode(problem.details),
        frames=tuple(_frame(line) for line in problem.stack.splitlines()),
        cause=error_of(problem.cause) if problem.cause is not None else None,
    )


def _frame(line: str) -> Frame:
    """Read a line of a stack, `source:line: in name`; what has another form is a name."""
    place, found, name = line.partition(": in ")
    source, _, number = place.rpartition(":")
    return Frame(source, int(number), name) if found and number.isdigit() else Frame("", 0, line)


def problem_from(failure: Failure) -> Problem:
    """Write a failure."""
    return problem_of(failure.to_error())


def to_json(value: Any) -> Data:
    """Write plain Python data."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")


def from_json(data: Data) -> Any:
    """Read plain Python data."""
    return json.loads(data.decode("utf-8", "surrogateescape"))
