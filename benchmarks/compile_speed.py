"""Measure how fast the compiler is: lines a second on one core, in this process, which has compiled nothing before.

    python benchmarks/compile_speed.py

What is compiled is the Lua of `examples` and of `tests/lua`, file by file, without the files that are wrong on purpose.
Imports do not count; everything that the first compilations set up does.
"""

from __future__ import annotations

import time
from pathlib import Path

from figures import Figure, arguments, report

from compiler.errors import SourceError
from compiler.pipeline import compile_chunk

ROOT = Path(__file__).resolve().parent.parent
BAR = 2500.0


def measure() -> Figure:
    """Compile every file once."""
    lines, seconds = 0, 0.0
    for path in sorted([*ROOT.glob("examples/**/*.lua"), *ROOT.glob("tests/lua/**/*.lua")]):
        source = path.read_bytes().decode("latin-1")
        start = time.process_time()
        try:
            compile_chunk(source, path.name)
        except SourceError:
            continue
        seconds += time.process_time() - start
        lines += len(source.splitlines())
    return Figure(f"compile speed, cold, {lines} lines", lines / seconds, "lines/s", BAR, at_least=True)


if __name__ == "__main__":
    report(measure(), as_json=arguments("Measure the speed of the compiler.").json)
