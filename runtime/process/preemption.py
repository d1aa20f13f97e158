"""Preemption: a timer of processor time interrupts Lua code that runs for long.

The signal handler runs between two bytecodes. It switches away only if the interrupted frame is compiled Lua: then no
Python code of ours is half done. Nothing ticks while the thread sleeps, for the timer counts processor time.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

from runtime.lua.frames import ABI
from runtime.process import traps

if TYPE_CHECKING:
    from types import FrameType

log = logging.getLogger("wippy.process")
SLICE = 0.005


def _tick(_signal: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_builtins is ABI:
        traps.preempt()


class Preemption:
    """The timer; one for an operating-system process, on its main thread."""

    def __init__(self) -> None:
        self.active = False

    def start(self) -> None:
        """Begin; without effect, but for a warning, where signals cannot be handled."""
        if threading.current_thread() is not threading.main_thread():
            log.warning("not on the main thread: an endless loop in one process holds up all others")
            return
        signal.signal(signal.SIGVTALRM, _tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, SLICE, SLICE)
        self.active = True

    def stop(self) -> None:
        """End."""
        if self.active:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
            self.active = False
