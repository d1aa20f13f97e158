"""Run Lua programs by themselves, without a project: `wippy lua`, the conformance programs, benchmarks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gevent import get_hub
from gevent.event import Event
from gevent.exceptions import LoopExit

from compiler.artifact import ArtifactStore
from compiler.pipeline import compile_chunk
from runtime.binding.failure import Failure
from runtime.binding.text import decode
from runtime.code import sources
from runtime.code.binding import bind
from runtime.lua.calls import settle
from runtime.lua.caught import lua_error
from runtime.lua.errors import LuaError
from runtime.lua.libraries import environment
from runtime.lua.limits import lift_recursion_limit
from runtime.lua.operators import tostring
from runtime.lua.table import Table
from runtime.process import globals as process_globals
from runtime.process.context import EMPTY
from runtime.process.pid import PidSource
from runtime.process.process import Process
from runtime.process.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from compiler.assemble import Chunk
    from runtime.lua.types import LuaFunction, LuaValue, Results


class _Alone:
    """As much of a node as one process needs."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.processes = self
        hub = get_hub()
        if KeyboardInterrupt not in hub.NOT_ERROR:
            # Ctrl-C arrives in the code that runs and goes on to whoever waits for it: nothing to print on the way.
            hub.NOT_ERROR = (*hub.NOT_ERROR, KeyboardInterrupt)

    def ended(self, process: Process) -> None:
        """Take note that the process ended; nobody watches it."""


def run(
    source: str,
    chunk_name: str,
    args: Sequence[str] = (),
    out: Callable[[str], object] = sys.stdout.write,
    *,
    modules: Mapping[str, Table] | None = None,
    file: Path | None = None,
    through_artifact: bool = False,
) -> LuaValue:
    """Compile and run a program given as bytes in latin-1; `print` goes to `out`, as bytes in latin-1.

    `modules` are globals more; `file` is where the source comes from, for Python's tools. Give the first value that
    the program returns. Raise SourceError for bad source, LuaError for a program that fails.
    """
    lift_recursion_limit()
    sources.remember(chunk_name, lambda: decode(source), file)
    chunk = compile_chunk(source, chunk_name)
    if through_artifact:
        chunk = _reread(source, chunk_name, chunk)
    main = bind(chunk, source, chunk_name, globals_for(chunk_name, args, out, modules or {}))
    node = _Alone()
    process = Process(node, PidSource().next("lua"), chunk_name, EMPTY)
    process.start(main, tuple(args))
    try:
        outcome = process.completion.wait()
    except LoopExit:
        raise _deadlock() from None
    finally:
        node.scheduler.close()
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


def globals_for(name: str, args: Sequence[str], out: Callable[[str], object], modules: Mapping[str, LuaValue]) -> Table:
    """Make the globals of a program: those of a process, `arg`, and a `print` that writes to `out`."""
    arguments = Table.from_list(args)
    arguments.set(0, name)
    extra = process_globals.install()
    return environment({**extra, **modules, "print": _printer(out), "arg": arguments})


def _deadlock() -> LuaError:
    """Make the error of a program in which nothing can run any more: no timer, no message, no other coroutine."""
    return LuaError("deadlock: all coroutines wait for something that cannot come")


class Session:
    """Runs pieces of code one after the other in one process with the same globals, for a conversation.

    Coroutines that one piece has spawned go on while a later one runs. An error that nobody catches in one of them ends
    the process, as everywhere; the next piece then gets a new one.
    """

    def __init__(self, out: Callable[[str], object], modules: Mapping[str, Table]) -> None:
        lift_recursion_limit()
        self.name = "stdin"
        self.globals = globals_for(self.name, (), out, modules)
        self._node = _Alone()
        self._pids = PidSource()
        self._process: Process | None = None

    def run(self, source: str, show: Callable[[tuple[LuaValue, ...]], object]) -> None:
        """Run a piece; `show` gets its results in the process. Raise SourceError, LuaError or KeyboardInterrupt."""
        main = bind(compile_chunk(source, self.name), source, self.name, self.globals)
        sources.remember(self.name, lambda: decode(source))
        if self._process is None or self._process.ending:
            self._process = Process(self._node, self._pids.next("lua"), self.name, EMPTY)
        piece = _Piece(main, show)
        self._process.completion.listen(lambda _: piece.done.set())
        self._process.add_task(piece.body)
        try:
            piece.done.wait()
        except LoopExit:
            self._interrupt(self._process)
            raise _deadlock() from None
        except KeyboardInterrupt:
            self._interrupt(self._process)
            raise
        outcome = self._process.completion.outcome
        error = piece.error or (outcome.error if outcome is not None else None)
        if error is not None:
            raise error

    @staticmethod
    def _interrupt(process: Process) -> None:
        """End everything that runs; the globals stay."""
        process.terminate()
        process.completion.wait()

    def close(self) -> None:
        """End what still runs."""
        if self._process is not None:
            self._interrupt(self._process)
        self._node.scheduler.close()


class _Piece:
    """A piece of code on its way: an error in it ends only itself."""

    def __init__(self, main: LuaFunction, show: Callable[[tuple[LuaValue, ...]], object]) -> None:
        self.main = main
        self.show = show
        self.error: LuaError | None = None
        self.done = Event()

    def body(self, *_: LuaValue) -> Results:
        """Be the body of a task."""
        try:
            results = settle(self.main())
            self.show(results if isinstance(results, tuple) else (results,))
        except Failure as failure:
            self.error = LuaError(failure.to_error())
        except Exception as error:  # noqa: BLE001  (whatever it is, it ends the piece)
            self.error = lua_error(error)
            self.error.__traceback__ = None
        finally:
            self.done.set()
        return ()


def _reread(source: str, chunk_name: str, chunk: Chunk) -> Chunk:
    with tempfile.TemporaryDirectory() as directory:
        store = ArtifactStore(Path(directory))
        key = store.key(source, chunk_name)
        store.save(key, chunk)
        reread = store.load(key)
    assert reread is not None, "the store lost a chunk that it has just written"
    return reread


def _printer(out: Callable[[str], object]) -> Callable[..., Results]:
    def print_(*values: LuaValue) -> Results:
        out("\t".join([tostring(value) for value in values]) + "\n")
        return ()

    return print_
