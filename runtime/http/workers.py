"""What the workers of one server have in common: which of them leads, whether any is ready, the registry's history.

The master makes it before it forks. Locks on bytes of one file, which the system takes back from a process that ends,
however it does: so a worker that is killed leads no longer, and counts as ready no longer.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore

_LEADER, _READY, _TURN = 0, 1, 2  # the bytes that are locked
_CODE = 3  # the byte that holds the exit code
_TRIES = 20
_MOMENT = 0.002  # seconds; somebody else may be looking at the lock right now


class Workers:
    """The master makes one; each worker has it by the fork."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="wippy-"))
        self._file = os.open(self._directory / "workers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._master = os.getpid()
        self._generation = 0
        self._configuration: Any = None
        self._ready = False
        atexit.register(self.close)

    def history(self, configuration: Any) -> Path:
        """Give the file for the registry's history; a new one after the server has loaded its configuration anew."""
        if configuration is not self._configuration:
            self._configuration = configuration
            self._generation += 1
        return self._directory / f"registry-{self._generation}.db"

    def begin_turn(self) -> None:
        """Wait until no other worker changes the registry, and keep them from it."""
        while not self._lock(fcntl.LOCK_EX, _TURN):
            gevent.sleep(_MOMENT)

    def end_turn(self) -> None:
        """Let others change the registry."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _TURN)

    def lead(self) -> bool:
        """Try to become the worker in which there are the services that run only once; as long as the process lives."""
        return self._lock(fcntl.LOCK_EX, _LEADER)

    def set_ready(self, ready: bool) -> None:
        """Say whether this worker answers requests."""
        if ready and not self._ready:
            for _ in range(_TRIES):
                if self._lock(fcntl.LOCK_SH, _READY):
                    break
                time.sleep(_MOMENT)
        elif self._ready and not ready:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _READY)
        self._ready = ready

    @property
    def any_ready(self) -> bool:
        """Whether some worker answers requests."""
        if self._ready:
            return True
        if not self._lock(fcntl.LOCK_EX, _READY):
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _READY)
        return False

    @property
    def exit_code(self) -> int:
        """What the program asked the whole server to end with."""
        written = os.pread(self._file, 1, _CODE)
        return written[0] if written else 0

    @exit_code.setter
    def exit_code(self, code: int) -> None:
        os.pwrite(self._file, bytes([code & 0xFF]), _CODE)

    def close(self) -> None:
        """Take the files away; nothing in a worker."""
        if os.getpid() == self._master:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _lock(self, kind: int, byte: int) -> bool:
        try:
            fcntl.lockf(self._file, kind | fcntl.LOCK_NB, 1, byte)
        except OSError:
            return False
        return True


@dataclass
class SharedRegistry:
    """What the nodes of the workers share of the registry (`runtime.node.Shared`)."""

    workers: Workers
    history: Path
    _here: BoundedSemaphore = field(default_factory=BoundedSemaphore)

    @property
    def turn(self) -> SharedRegistry:
        """Itself: a context for who changes the registry, the one in all workers."""
        return self

    def __enter__(self) -> None:
        self._here.acquire()
        try:
            self.workers.begin_turn()
        except BaseException:
            self._here.release()
            raise

    def __exit__(self, *_: object) -> None:
        self.workers.end_turn()
        self._here.release()
