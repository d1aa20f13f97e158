"""Standard input and output as a process on a terminal host sees them; waiting for either lets others run."""

from __future__ import annotations

import os
import select
import stat
import termios
import tty
from typing import TYPE_CHECKING, Any

from gevent import socket
from gevent.lock import BoundedSemaphore

from runtime.binding import Failure, Kind
from runtime.lua.stringlimit import MAX_STRING

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTACHMENT = "terminal"
_CHUNK = 4096  # bytes that a pipe which says that it has room surely takes
_READ = 65536


class Input:
    """A file descriptor to read from, and what was read and not yet asked for; all processes of a host share it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._buffer = bytearray()
        self._waits = _waits(descriptor)
        self._turn = BoundedSemaphore(1)  # of several who read, each gets what it asked for before the next does

    def read(self, size: int) -> bytes:
        """Give at most so many bytes, as soon as there are any; none at the end."""
        with self._turn:
            if not self._buffer:
                self._fill()
            taken = bytes(self._buffer[:size])
            del self._buffer[:size]
            return taken

    def readline(self) -> bytes | None:
        """Give the next line without its end, what is left at the end of the input, None after that."""
        with self._turn:
            return self._line()

    def _line(self) -> bytes | None:
        searched = 0
        while True:
            end = self._buffer.find(b"\n", searched)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                return line.removesuffix(b"\r")
            searched = len(self._buffer)
            if searched > MAX_STRING:
                raise Failure(Kind.INTERNAL, f"readline: no line ends within {MAX_STRING} bytes")
            if not self._fill():
                rest = bytes(self._buffer)
                self._buffer.clear()
                return rest or None

    def _fill(self) -> bool:
        try:
            if self._waits:
                socket.wait_read(self.descriptor)
            data = os.read(self.descriptor, _READ)
        except OSError as problem:
            raise Failure(Kind.INTERNAL, f"cannot read standard input: {problem.strerror}") from None
        self._buffer += data
        return bool(data)


class Output:
    """A file descriptor to write to, without a buffer."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._waits = _waits(descriptor)

    def write(self, data: bytes) -> None:
        """Write everything; Internal when it cannot be written, as when the reader has gone."""
        try:
            while data:
                while self._waits and not _has_room(self.descriptor):
                    socket.wait_write(self.descriptor)
                data = data[os.write(self.descriptor, data[:_CHUNK] if self._waits else data) :]
        except OSError as problem:
            raise Failure(Kind.INTERNAL, f"cannot write: {problem.strerror}") from None


class RawMode:
    """The terminal's mode in which each key arrives at once and unseen; on as long as somebody has asked for it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._wanted = 0
        self._before: list[Any] | None = None

    def enable(self) -> None:
        """Ask for it; Internal where the input is no terminal."""
        if self._before is None:
            try:
                self._before = termios.tcgetattr(self._descriptor)
                tty.setraw(self._descriptor)
            except (termios.error, OSError):
                self._before = None
                raise Failure(Kind.INTERNAL, "raw terminal: standard input is not a terminal") from None
        self._wanted += 1

    def disable(self) -> None:
        """Take one request back; the last one restores the terminal."""
        self._wanted = max(0, self._wanted - 1)
        if not self._wanted:
            self.reset()

    def reset(self) -> None:
        """Restore the terminal."""
        self._wanted = 0
        before, self._before = self._before, None
        if before is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)


class Console:
    """The three streams, which the processes of a terminal host share."""

    def __init__(self, descriptors: tuple[int, int, int] = (0, 1, 2)) -> None:
        stdin, stdout, stderr = descriptors
        self.stdin = Input(stdin)
        self.stdout = Output(stdout)
        self.stderr = Output(stderr)
        self.raw = RawMode(stdin)


class Terminal:
    """What one process on a terminal host has: the console and its arguments, Lua strings."""

    def __init__(self, console: Console, arguments: Sequence[str]) -> None:
        self.console = console
        self.arguments = tuple(arguments)


def _waits(descriptor: int) -> bool:
    """Tell whether reading and writing may have to wait: not with files and the like, where waiting is not possible."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or (stat.S_ISCHR(mode) and os.isatty(descriptor))


def _has_room(descriptor: int) -> bool:
    return bool(select.select([], [descriptor], [], 0)[1])
