"""Lua errors: the exception that carries a raised value, and the structured error object that programs pass around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.lua.frames import where
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue


class Kind:
    """The categories of structured errors, as Lua spells them (documentation page lua/core/errors)."""

    UNKNOWN: Final = ""
    INVALID: Final = "Invalid"
    NOT_FOUND: Final = "NotFound"
    ALREADY_EXISTS: Final = "AlreadyExists"
    PERMISSION_DENIED: Final = "PermissionDenied"
    UNAVAILABLE: Final = "Unavailable"
    INTERNAL: Final = "Internal"
    CANCELED: Final = "Canceled"
    CONFLICT: Final = "Conflict"
    TIMEOUT: Final = "Timeout"
    RATE_LIMITED: Final = "RateLimited"


class Frame:
    """One Lua frame of a call stack: source is the entry id, line is 1-based."""

    __slots__ = ("line", "name", "source")

    def __init__(self, source: str, line: int, name: str) -> None:
        self.source = source
        self.line = line
        self.name = name

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: in {self.name}"


class Error(Userdata):
    """A structured error as Lua sees it: `err:kind()`, `err:message()`, `err:retryable()` and so on.

    `message` and `kind` are Lua strings, `details` is a Table or None, `context` holds what `errors.wrap` added,
    outermost first. Immutable once made, so that one object may cross process borders.
    """

    __slots__ = ("cause", "context", "details", "frames", "kind", "message", "retryable")
    lua_name = "error"

    def __init__(
        self,
        message: str,
        kind: str = Kind.UNKNOWN,
        *,
        retryable: bool | None = None,
        details: LuaValue = None,
        context: tuple[str, ...] = (),
        frames: tuple[Frame, ...] = (),
        cause: Error | None = None,
    ) -> None:
        self.message = message
        self.kind = kind
        self.retryable = retryable
        self.details = details
        self.context = context
        self.frames = frames
        self.cause = cause

    def lua_tostring(self) -> str:
        """Give the message alone, as `tostring(err)` shows it."""
        return self.message

    def full_text(self) -> str:
        """Give the message behind the contexts that `errors.wrap` added, as logs show it."""
        return ": ".join((*self.context, self.message))

    def stack_text(self) -> str:
        """Give the Lua call stack, innermost frame first, below the full text."""
        return "\n".join([self.full_text(), *(f"\t{frame}" for frame in self.frames)])


class LuaError(Exception):
    """A raised Lua value on its way to `pcall` or to the border of a process.

    `frames` are the Lua frames at the raise, innermost first; empty until somebody asks (`runtime.lua.traceback`).
    """

    def __init__(self, value: LuaValue, frames: tuple[Frame, ...] = ()) -> None:
        super().__init__(value)
        self.value = value
        self.frames = frames

    def __str__(self) -> str:
        return describe(self.value)


def describe(value: LuaValue) -> str:
    """Give the text by which a raised value is reported to people."""
    if isinstance(value, Error):
        return value.full_text()
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return "nil" if value is None else str(value).lower()
    return f"(error object is a {getattr(value, 'lua_name', type(value).__name__.lower())} value)"


def fault(message: str, level: int = 1) -> LuaError:
    """Make the error of a misused builtin or operator, with the position of the running Lua code in front."""
    return LuaError(where(level) + message)
