"""A program of the operating system: without a shell, in a session of its own, with pipes that wait cooperatively."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gevent
from gevent import os as cooperative
from gevent import subprocess

from runtime.binding.failure import Failure
from runtime.files.failures import guarded
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PIECE = 64 << 10
_SIGNALLED = 128  # shells add the number of the signal that ended a program to this
_SIGNALS = {int(number) for number in signal.Signals}


@dataclass(frozen=True)
class Command:
    """What to run: the line as written, where, and all of the environment that the program gets."""

    line: str
    work_dir: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def arguments(self) -> list[str]:
        """Split the line as a shell would, quotes and all, but without expanding anything."""
        try:
            words = shlex.split(self.line)
        except ValueError as error:
            raise Failure(Kind.INVALID, f"cannot read the command: {str(error).lower()}") from None
        if not words or "\0" in self.line:
            raise Failure(Kind.INVALID, "the command is empty" if not words else "a command cannot hold a zero byte")
        return words


class End:
    """One end of a pipe. It is closed when nobody is at it any more, for a descriptor must not go away under a wait."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._users = 0
        self._closing = False
        cooperative.make_nonblocking(descriptor)

    @contextlib.contextmanager
    def used(self) -> Iterator[int]:
        """Give the descriptor for as long as it is used; Invalid when it is closed."""
        if self._closing:
            raise Failure(Kind.INVALID, "the pipe is closed")
        self._users += 1
        try:
            yield self._descriptor
        finally:
            self._users -= 1
            self._close_unused()

    def close(self) -> None:
        """Close it as soon as that can be; once more does no harm."""
        if not self._closing:
            self._closing = True
            self._close_unused()

    def _close_unused(self) -> None:
        if self._closing and not self._users:
            os.close(self._descriptor)


class Pipe:
    """The reading end of what a program writes. Reading before the start is an error, after the end gives nothing."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._end: End | None = None
        self._over = False
        # Whether somebody reads it; what nobody reads is thrown away, lest the program wait for ever to write.
        self.wanted = False

    def open(self) -> int:
        """Make the pipe and give its writing end."""
        reading, writing = os.pipe()
        self._end = End(reading)
        return writing

    def read(self, size: int) -> bytes:
        """Wait for bytes and give up to `size` of them; nothing at the end."""
        if self._end is None:
            raise Failure(Kind.INVALID, f"the program has not started, so it has no {self._name}: call start()")
        if self._over:
            return b""
        with self._end.used() as descriptor, guarded("read", self._name):
            data = cooperative.nb_read(descriptor, size)
        if not data:
            self.close()
        return data

    def drain(self) -> None:
        """Throw away what comes, until the end."""
        while self.read(_PIECE):
            pass

    def close(self) -> None:
        """Read no more."""
        self._over = True
        if self._end is not None:
            self._end.close()


class Program:
    """A program, from before its start until after its end."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._words = command.arguments()
        self._popen: subprocess.Popen[bytes] | None = None
        self._input: End | None = None
        self.stdout = Pipe("stdout")
        self.stderr = Pipe("stderr")

    @property
    def started(self) -> bool:
        """Tell whether it was started."""
        return self._popen is not None

    def start(self) -> None:
        """Start it; NotFound when there is no such program or directory."""
        path = self._command.environment.get("PATH") or os.environ.get("PATH")
        found = shutil.which(self._words[0], path=path)
        if found is None and "/" not in self._words[0]:
            raise Failure(Kind.NOT_FOUND, f"there is no program '{self._words[0]}'")
        if self._command.work_dir is not None and not os.path.isdir(self._command.work_dir):  # noqa: PTH112
            raise Failure(Kind.NOT_FOUND, f"there is no directory '{self._command.work_dir}' to run in")
        reading, writing = os.pipe()
        self._input = End(writing)
        ends = [reading, self.stdout.open(), self.stderr.open()]
        try:
            with guarded("run", self._words[0]):
                self._popen = subprocess.Popen(
                    self._words,
                    executable=found,
                    cwd=self._command.work_dir,
                    env=dict(self._command.environment),
                    stdin=ends[0],
                    stdout=ends[1],
                    stderr=ends[2],
                    start_new_session=True,
                )
        except Failure:
            self.close_pipes()
            raise
        finally:
            for end in ends:
                os.close(end)

    def wait(self) -> int:
        """Wait for its end; give the exit code, 128 and the number of the signal when one ended it."""
        for pipe in (self.stdout, self.stderr):
            if not pipe.wanted:
                pipe.wanted = True
                gevent.spawn(pipe.drain)
        code = self._running().wait()
        assert code is not None
        return _SIGNALLED - code if code < 0 else code

    def write(self, data: bytes) -> None:
        """Write to its standard input; nothing means that nothing more comes."""
        assert self._input is not None
        if not data:
            self._input.close()
            return
        rest = memoryview(data)
        with self._input.used() as descriptor, guarded("write to", "the standard input of the program"):
            while rest:
                rest = rest[cooperative.nb_write(descriptor, rest[:_PIECE]) :]

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it has started."""
        if number not in _SIGNALS:
            raise Failure(Kind.INVALID, f"{number} is no signal")
        running = self._running()
        if running.poll() is not None:
            raise Failure(Kind.INTERNAL, "the program has ended")
        with guarded("signal", self._words[0]):
            os.killpg(running.pid, number)

    def kill(self) -> None:
        """End it, if it runs, and close the pipes; does not wait."""
        if self._popen is not None and self._popen.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        self.close_pipes()

    def close_pipes(self) -> None:
        """Close what belongs to us of the pipes."""
        if self._input is not None:
            self._input.close()
        self.stdout.close()
        self.stderr.close()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._popen is not None
        return self._popen
