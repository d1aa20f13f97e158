"""Run a Lua program by itself, without a node: the conformance programs and benchmarks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.artifact import ArtifactStore
from compiler.pipeline import compile_chunk
from runtime.lua.calls import invoke
from runtime.lua.caught import lua_error
from runtime.lua.libraries import environment
from runtime.lua.limits import lift_recursion_limit
from runtime.lua.load import load
from runtime.lua.operators import tostring
from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.lua.types import LuaValue, Results


def run(
    source: str,
    chunk_name: str,
    args: Sequence[str] = (),
    out: Callable[[str], object] = sys.stdout.write,
    *,
    through_artifact: bool = False,
) -> Results:
    """Compile and run a program given as bytes in latin-1; `print` goes to `out`, as bytes in latin-1.

    Raise SourceError for bad source, LuaError for a program that fails.
    """
    lift_recursion_limit()
    chunk = compile_chunk(source, chunk_name)
    if through_artifact:
        with tempfile.TemporaryDirectory() as directory:
            store = ArtifactStore(Path(directory))
            key = store.key(source, chunk_name)
            store.save(key, chunk)
            reread = store.load(key)
            assert reread is not None, "the store lost a chunk that it has just written"
            chunk = reread

    def print_(*values: LuaValue) -> Results:
        out("\t".join([tostring(value) for value in values]) + "\n")
        return ()

    arguments = Table.from_list(args)
    arguments.set(0, chunk_name)
    main = load(chunk, environment({"print": print_, "arg": arguments}))
    try:
        return invoke(main, tuple(args))
    except Exception as error:
        raise lua_error(error) from error
