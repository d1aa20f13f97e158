"""Run a Lua program by itself, without a project: `wippy lua`, the conformance programs, benchmarks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.artifact import ArtifactStore
from compiler.pipeline import compile_chunk
from runtime.lua.libraries import environment
from runtime.lua.limits import lift_recursion_limit
from runtime.lua.load import load
from runtime.lua.operators import tostring
from runtime.lua.table import Table
from runtime.process import globals as process_globals
from runtime.process.context import EMPTY
from runtime.process.pid import PidSource
from runtime.process.process import Process
from runtime.process.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compiler.assemble import Chunk
    from runtime.lua.types import LuaValue, Results


class _Alone:
    """As much of a node as one process needs."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.processes = self

    def ended(self, process: Process) -> None:
        """Take note that the process ended; nobody watches it."""


def run(
    source: str,
    chunk_name: str,
    args: Sequence[str] = (),
    out: Callable[[str], object] = sys.stdout.write,
    *,
    through_artifact: bool = False,
) -> LuaValue:
    """Compile and run a program given as bytes in latin-1; `print` goes to `out`, as bytes in latin-1.

    Give the first value that it returns. Raise SourceError for bad source, LuaError for a program that fails.
    """
    lift_recursion_limit()
    chunk = compile_chunk(source, chunk_name)
    if through_artifact:
        chunk = _reread(source, chunk_name, chunk)
    extra = process_globals.install()
    arguments = Table.from_list(args)
    arguments.set(0, chunk_name)
    main = load(chunk, environment({**extra, "print": _printer(out), "arg": arguments}))
    node = _Alone()
    process = Process(node, PidSource().next("lua"), chunk_name, EMPTY)
    process.start(main, tuple(args))
    outcome = process.completion.wait()
    node.scheduler.close()
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


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
