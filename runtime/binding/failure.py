"""The failure that a module function declares: what Lua code receives as the second of two results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding.text import decode, encode
from runtime.lua.errors import Error, Kind, LuaError, describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.lua.types import LuaValue


class Failure(Exception):  # noqa: N818  (the word is the contract's: a failure is returned, an error is raised)
    """An expected failure with a kind: a module function that raises it returns `nil, error`.

    `message` is text; `details` has string keys and plain values. `error` keeps the Lua error that is the reason, if
    there is one.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        retryable: bool | None = False,
        details: Mapping[str, object] | None = None,
        error: Error | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retryable = retryable
        self.details = dict(details) if details else None
        self.error = error

    def to_error(self) -> Error:
        """Make the error object that Lua receives."""
        if self.error is not None:
            return self.error
        from runtime.binding.convert import to_lua

        return Error(encode(self.message), self.kind, retryable=self.retryable, details=to_lua(self.details))

    @staticmethod
    def from_error(error: LuaValue) -> Failure:
        """Make a failure of what Lua code raised or returned as its error; text becomes kind Internal."""
        if isinstance(error, LuaError):
            error = error.value
        if isinstance(error, Error):
            return Failure(error.kind, decode(error.full_text()), retryable=error.retryable, error=error)
        return Failure(Kind.INTERNAL, decode(describe(error)), retryable=None)
