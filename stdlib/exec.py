"""The `exec` module: programs of the operating system (page lua/dynamic/exec).

A program ends at the latest with the call or process that started it.
"""

from __future__ import annotations

import signal

from runtime.binding import Bytes, Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.demand import text_option
from runtime.binding.text import decode
from runtime.executors.native import NativeExecutor
from runtime.executors.program import Pipe, Program
from runtime.lua.args import type_name
from runtime.process.access import permit
from runtime.process.current import on_exit
from runtime.registry.entry import EntryId
from stdlib.stream import Stream

module = Module(
    "exec",
    classes=("io", "process", "nondeterministic"),
    permissions={
        "exec.get": "the executor",
        "exec.run": "the command, whole",
    },
)


@module.handle("exec.Process")
class Process(Userdata):
    """A program in Lua's hands."""

    __slots__ = ("_closed", "_program")

    def __init__(self, program: Program) -> None:
        self._program = program
        self._closed = False

    @method(blocks=True)
    def start(self) -> bool:
        """Start it."""
        self._open()
        if self._program.started:
            raise Failure(Kind.INVALID, "the process is started already")
        self._program.start()
        on_exit(self._program.kill)
        return True

    @method(blocks=True)
    def wait(self) -> int:
        """Wait for its end and give the exit code; 128 and the number of the signal when one ended it."""
        return self._running().wait()

    @method
    def stdout_stream(self) -> Stream:
        """Give what it writes to its standard output."""
        return self._stream(self._open().stdout)

    @method
    def stderr_stream(self) -> Stream:
        """Give what it writes to its standard error output."""
        return self._stream(self._open().stderr)

    @method(blocks=True)
    def write_stdin(self, data: Bytes) -> bool:
        """Write to its standard input; an empty string says that nothing more comes."""
        self._running().write(data)
        return True

    @method
    def signal(self, number: int) -> bool:
        """Send it a signal."""
        self._running().signal(number)
        return True

    @method
    def close(self, force: bool = False) -> bool:
        """Ask it to end, or end it at once; no other method works after that."""
        if not self._closed and self._program.started:
            if force:
                self._program.kill()
            else:
                try:
                    self._program.signal(signal.SIGTERM)
                except Failure:
                    self._program.kill()  # it has ended: what is left is pipes
        self._closed = True
        return True

    @staticmethod
    def _stream(pipe: Pipe) -> Stream:
        pipe.wanted = True
        return Stream(pipe)

    def _open(self) -> Program:
        if self._closed:
            raise Failure(Kind.INVALID, "the process is closed")
        return self._program

    def _running(self) -> Program:
        program = self._open()
        if not program.started:
            raise Failure(Kind.INVALID, "the process is not started: call start() first")
        return program


@module.handle("exec.Executor")
class Executor(Userdata):
    """An executor in Lua's hands, until it is released."""

    __slots__ = ("_executor", "_released")

    def __init__(self, executor: NativeExecutor) -> None:
        self._executor = executor
        self._released = False

    @method
    def exec(self, command: Text, options: Table | None = None) -> Process:
        """Make a process that is not started yet; options are `work_dir` and `env`."""
        if self._released:
            raise Failure(Kind.INVALID, "the executor is released: get it again with exec.get()")
        if not command.strip():
            raise Failure(Kind.INVALID, "a command is required")
        permit("exec.run", command, kind=Kind.INVALID)
        return Process(self._executor.program(command, text_option(options, "work_dir"), _environment(options)))

    @method
    def release(self) -> bool:
        """Give the handle back; releasing again does no harm."""
        self._released = True
        return True


def _environment(options: Table | None) -> dict[str, str]:
    given = None if options is None else options.get("env")
    if given is None:
        return {}
    if not isinstance(given, Table):
        raise Failure(Kind.INVALID, f"env must be a table, got {type_name(given)}")
    found: dict[str, str] = {}
    for key, value in given.items():
        if not isinstance(key, str) or not isinstance(value, str) or "=" in key or "\0" in key + value or not key:
            raise Failure(Kind.INVALID, "env must have names and strings, with no '=' in names and no zero bytes")
        found[decode(key)] = decode(value)
    return found


@module.function
def get(id: Text) -> LuaValue:
    """Give a handle of an executor; NotFound when there is none of that id, Invalid for another resource."""
    from runtime import node

    if not id:
        raise Failure(Kind.INVALID, "an executor id is required, such as 'app:shell'")
    permit("exec.get", id, kind=Kind.INVALID)
    found = node.current().resources.get(EntryId.parse(id))
    if not isinstance(found, NativeExecutor):
        raise Failure(Kind.INVALID, f"resource {id} is not an executor")
    return Executor(found)
