"""Which Python frames run Lua code, and where in the Lua source they stand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

# The builtins of every compiled chunk: the runtime helpers by the names in `compiler.abi`, and nothing of Python's.
# Filled by `runtime.lua.abi`. A frame runs Lua exactly when its builtins are this very dict.
ABI: Final[dict[str, object]] = {}


def running_lua_frame() -> FrameType | None:
    """Give the innermost Lua frame of the running greenlet."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  (the only way to the running frame)
    while frame is not None and frame.f_builtins is not ABI:
        frame = frame.f_back
    return frame


# Modules whose functions carry out operators, calls and loops of compiled code: they are no functions of their own to
# Lua, and nothing of them shows when they are compiled.
_TRANSPARENT = frozenset(
    f"runtime.lua.{name}" for name in ("calls", "construct", "iteration", "operators", "owner", "table")
)


def _is_transparent(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") in _TRANSPARENT


def lua_frame(level: int) -> FrameType | None:
    """Give the Lua frame at a level as `error` counts: 1 is the function that called the running builtin, 2 its caller.

    A builtin between two Lua functions, such as `pcall`, is a level too; None when the level is one.
    """
    frame = running_lua_frame()
    while frame is not None and level > 1:
        frame = frame.f_back
        level -= 1
        builtin = False
        while frame is not None and frame.f_builtins is not ABI:
            builtin = builtin or not _is_transparent(frame)
            frame = frame.f_back
        if builtin:
            level -= 1
            if level < 1:
                return None
    return frame


def called_by_lua() -> bool:
    """Tell whether Lua code called the builtin that asks, rather than another builtin such as `pcall`."""
    frame = sys._getframe(2)  # noqa: SLF001
    while _is_transparent(frame) and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_builtins is ABI


def where(level: int = 1) -> str:
    """Give the prefix `source:line: ` of a message raised at a level; empty where no Lua code runs."""
    frame = lua_frame(level) if level > 0 else None
    return f"{frame.f_code.co_filename}:{frame.f_lineno}: " if frame is not None else ""


def stack_of(frame: FrameType | None) -> Iterator[tuple[str, int, str]]:
    """Iterate over (source, line, function name) of the Lua frames from a frame outwards."""
    while frame is not None:
        if frame.f_builtins is ABI:
            yield frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
        frame = frame.f_back


def traceback_of(traceback: TracebackType | None) -> list[tuple[str, int, str]]:
    """List (source, line, function name) of the Lua frames of a caught exception, innermost first."""
    found: list[tuple[str, int, str]] = []
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_builtins is ABI:
            found.append((frame.f_code.co_filename, traceback.tb_lineno, frame.f_code.co_name))
        traceback = traceback.tb_next
    found.reverse()
    return found
