"""Measure how long a built project of 500 Lua entries takes to load: the wall time of the best of several processes.

    python benchmarks/artifacts.py

The project is made of the Lua files of `examples`, over and over, and compiled by `wippy build`. What is measured is
making a node of it that refuses to compile: reading the entries and loading the code of each from the store, without
the imports of Python before it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from figures import Figure, arguments, report

ROOT = Path(__file__).resolve().parent.parent
BAR = 0.5
REPEAT = 5
NAMESPACES, ENTRIES = 20, 25
LOAD = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from runtime.node import Node
start = time.perf_counter()
Node.boot(Path(sys.argv[1]), SimpleNamespace(frozen=True))
print(time.perf_counter() - start)
"""


def make_project(directory: Path) -> None:
    """Write the project; no two sources are the same, so that each has an artifact of its own."""
    (directory / "wippy.lock").write_text("directories:\n  src: ./src\n")
    sources = [path.read_text() for path in sorted(ROOT.glob("examples/**/*.lua"))]
    endless = cycle(sources)
    for number in range(NAMESPACES):
        part = directory / "src" / f"part{number}"
        part.mkdir(parents=True)
        index = [f"namespace: app.part{number}", "entries:"]
        for entry, source in enumerate(islice(endless, ENTRIES)):
            (part / f"entry{entry}.lua").write_text(f"-- {number}.{entry}\n{source}")
            index += [f"  - name: entry{entry}", "    kind: library.lua", f"    source: file://entry{entry}.lua"]
        (part / "_index.yaml").write_text("\n".join(index) + "\n")


def measure() -> Figure:
    """Build the project once and load it again and again."""
    with tempfile.TemporaryDirectory() as directory:
        make_project(Path(directory))
        build = [sys.executable, "-m", "runtime.cli.main", "build", "--dir", directory]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        load = [sys.executable, "-c", LOAD, directory]
        times = [float(subprocess.run(load, check=True, capture_output=True).stdout) for _ in range(REPEAT)]
    return Figure(f"loading {NAMESPACES * ENTRIES} entries from artifacts", min(times), "s", BAR)


if __name__ == "__main__":
    report(measure(), as_json=arguments("Measure loading from artifacts.").json)
