"""Turn whatever Python raised under Lua code into a Lua error; the one place that knows both worlds of failure."""

from __future__ import annotations

import logging

from runtime.lua.errors import Error, Frame, Kind, LuaError
from runtime.lua.faults import call_fault, operator_fault
from runtime.lua.frames import traceback_of, where

log = logging.getLogger("wippy.lua")


def lua_error(error: Exception) -> LuaError:
    """Give the Lua error of an exception that arrived at `pcall`, at the border of a coroutine or of a process.

    Calling a value that is no function, exhausting the stack or the memory are the program's errors; any other Python
    exception is ours, goes to the log with its traceback, and is told to the program as an error of kind Internal.
    """
    translated = _translate(error)
    if not translated.frames:
        translated.frames = tuple(Frame(*place) for place in traceback_of(error.__traceback__))
    return translated


def _translate(error: Exception) -> LuaError:
    if isinstance(error, LuaError):
        return error
    if isinstance(error, RecursionError):
        return LuaError(_place(error) + "stack overflow")
    if isinstance(error, MemoryError):
        return LuaError("not enough memory")
    if isinstance(error, TypeError):
        translated = call_fault(error) or operator_fault(error)
        if translated is not None:
            return translated
    log.error("internal error under Lua code", exc_info=error)
    return LuaError(Error(f"{where()}internal error ({type(error).__name__}); the log has the details", Kind.INTERNAL))


def _place(error: Exception) -> str:
    frames = traceback_of(error.__traceback__)
    return f"{frames[0][0]}:{frames[0][1]}: " if frames else ""


def traceback_text(error: LuaError) -> str:
    """Give the message and the Lua stack below it, innermost frame first, as a log shows it."""
    lines = [str(error)]
    shown = 20
    frames = error.frames
    if frames:
        lines.append("stack traceback:")
    lines += [f"\t{frame}" for frame in frames[:shown]]
    if len(frames) > 2 * shown:
        lines.append(f"\t... ({len(frames) - 2 * shown} more)")
        lines += [f"\t{frame}" for frame in frames[-shown:]]
    else:
        lines += [f"\t{frame}" for frame in frames[shown:]]
    return "\n".join(lines)
