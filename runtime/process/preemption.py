"""Preemption: a timer of processor time interrupts Lua code that runs for long.

The signal handler runs between two bytecodes. It switches away only where no Python code of ours can be half done with
something that others use too: in compiled Lua, and in the functions of the language that Lua code has called, which
touch nothing but the values of their own process. Found in the function of a module, a program is preempted at the end
of that. Otherwise a loop that spends its time in `pcall`, `error` or `json.encode` would be missed again and again.
Nothing ticks while the thread sleeps, for the timer counts processor time.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

from runtime.binding import hooks
from runtime.lua.frames import ABI
from runtime.process import traps
from runtime.process.tasks import current_task

if TYPE_CHECKING:
    from types import FrameType

    from runtime.process.hunger import MemoryGuard

log = logging.getLogger("wippy.process")
SLICE = 0.005
_LANGUAGE = "runtime.lua."


def _tick(frame: FrameType | None) -> None:
    if may_switch(frame):
        hooks.overdue = None
        traps.preempt()
    elif current_task() is not None:
        hooks.overdue = _catch_up


def _catch_up() -> None:
    """Preempt a program that was found in a module function, which has just come to its end."""
    hooks.overdue = None
    traps.preempt()


def may_switch(frame: FrameType | None) -> bool:
    """Tell whether a frame runs Lua code, or functions of the language called by Lua code and by nothing in between."""
    while frame is not None and frame.f_builtins is not ABI:
        if not str(frame.f_globals.get("__name__")).startswith(_LANGUAGE):
            return False
        frame = frame.f_back
    return frame is not None


class Preemption:
    """The timer; one for an operating-system process, on its main thread."""

    def __init__(self, guard: MemoryGuard | None = None) -> None:
        self.active = False
        self._guard = guard

    def start(self) -> None:
        """Begin; without effect, but for a warning, where signals cannot be handled."""
        if threading.current_thread() is not threading.main_thread():
            log.warning("not on the main thread: an endless loop in one process holds up all others")
            return
        if self._guard is not None:
            self._guard.open()
        signal.signal(signal.SIGVTALRM, self._on_signal)
        signal.siginterrupt(signal.SIGVTALRM, False)  # calls of the system that it finds waiting go on by themselves
        signal.setitimer(signal.ITIMER_VIRTUAL, SLICE, SLICE)
        self.active = True

    def _on_signal(self, _signal: int, frame: FrameType | None) -> None:
        if self._guard is not None:
            self._guard.look()
        _tick(frame)

    def stop(self) -> None:
        """End."""
        if self.active:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
            self.active = False
        if self._guard is not None:
            self._guard.close()
