"""How a process ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.lua.errors import Error, Kind, LuaError
from runtime.process.transfer import copy_value

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue, Results


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value, or an error."""

    value: LuaValue = None
    error: LuaError | None = None


def outcome_of(results: Results) -> Outcome:
    """Read the results of a method: a second one that is a string or an error object means failure (dialect)."""
    if not isinstance(results, tuple):
        return Outcome(copy_value(results))
    if len(results) > 1:
        second = results[1]
        if isinstance(second, Error):
            return Outcome(error=LuaError(second))
        if isinstance(second, str):
            return Outcome(error=LuaError(Error(second, Kind.INTERNAL, retryable=False)))
    return Outcome(copy_value(results[0]) if results else None)
