"""Ends the process that devours the memory, before the system ends the node with all others.

Nobody counts what belongs to whom. But at each tick of the timer of preemption one process is running, and by what the
node has grown since the last tick, that process has grown, nearly enough: who devours memory runs often. Only when the
node as a whole has passed its limit does that count, and only against a process to which a good part of it is due.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from runtime.lua.errors import Error, Kind
from runtime.process.tasks import current_task
from runtime.sizes import parse_size

if TYPE_CHECKING:
    from runtime.process.outcome import Outcome
    from runtime.process.process import Process

log = logging.getLogger("wippy.process")
_STATUS = "/proc/self/statm"  # sizes in pages, the second being what is resident
_MACHINE = 0.8  # the part of the machine's memory, or the container's, that a node may use by default
_MESSAGE = "out of memory"
_GUILTY = 0.25  # the part of the limit from which on a process counts as the culprit


class MemoryGuard:
    """Watches the size of the node; without the files of Linux, or with a limit of 0, it sees nothing."""

    def __init__(self, limit: int) -> None:
        """Take the limit in bytes."""
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._limit = limit // self._page
        self._file = -1
        self._size = 0
        self._grown: WeakKeyDictionary[Process, int] = WeakKeyDictionary()

    def open(self) -> None:
        """Begin to watch the process of the system that calls this."""
        if self._limit > 0:
            with contextlib.suppress(OSError):
                self._file = os.open(_STATUS, os.O_RDONLY)
                self._size = self._resident()

    def _resident(self) -> int:
        return int(os.pread(self._file, 64, 0).split()[1])

    def look(self) -> None:
        """Charge the running process with the growth since the last look; end the culprit when it is too much."""
        if self._file < 0:
            return
        size = self._resident()
        growth, self._size = size - self._size, size
        task = current_task()
        if task is None:
            return
        if growth:
            self._grown[task.process] = self._grown.get(task.process, 0) + growth
        if size > self._limit:
            self._end_culprit()

    def _end_culprit(self) -> None:
        living = [(grown, process) for process, grown in self._grown.items() if not process.ending]
        grown, culprit = max(living, key=lambda found: found[0], default=(0, None))
        if culprit is None or grown < self._limit * _GUILTY:
            return
        log.error(
            "out of memory: %s of %s is ended, to which some %d MiB of %d are due",
            culprit.pid,
            culprit.source,
            grown * self._page >> 20,
            self._size * self._page >> 20,
        )
        culprit.on_exit(_collect)
        culprit.terminate(_MESSAGE, Kind.INTERNAL)

    def close(self) -> None:
        """Stop watching."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _collect() -> None:
    """Free what the culprit leaves, which may hang together in circles."""
    gc.collect()


def is_out_of_memory(outcome: Outcome) -> bool:
    """Tell whether something ended as a culprit."""
    error = outcome.error.value if outcome.error is not None else None
    return isinstance(error, Error) and error.message == _MESSAGE


def default_limit() -> int:
    """Give the bytes that a node may use by default: GOMEMLIMIT (page guides/cli), or most of the machine."""
    with contextlib.suppress(ValueError):
        return parse_size(os.environ.get("GOMEMLIMIT", ""))
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            sizes.append(int(Path(path).read_text()))  # "max" is no number: no limit
    return int(min(sizes) * _MACHINE)
