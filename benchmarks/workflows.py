"""Measure the embedded workflow engine: workflows a second with durability on, and the replay of a long history.

    python benchmarks/workflows.py          a line for each figure
    python benchmarks/workflows.py --json   all figures for a machine to read

A workflow calls three activities, one after the other; each of its four tasks is on the disk before its consequences
happen. The file is in the folder for temporary files, so the figure depends on that disk.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from figures import Figure, arguments, report

ROOT = Path(__file__).resolve().parent.parent
COUNT = 600
STEPS = 500  # activities of the long history, each of two events
ROUNDS = 3
INDEX = """
namespace: app
entries:
  - {name: worker, kind: workflow.host, lifecycle: {auto_start: true}}
  - name: step
    kind: function.lua
    meta: {temporal: {activity: {worker: app:worker}}}
    source: return function(n) return n + 1 end
  - name: three
    kind: workflow.lua
    modules: [funcs]
    meta: {temporal: {workflow: {worker: app:worker}}}
    source: |
      return function(n)
        local funcs = require("funcs")
        for _ = 1, 3 do n = funcs.call("app:step", n) end
        return n
      end
  - name: long
    kind: workflow.lua
    modules: [funcs]
    meta: {temporal: {workflow: {worker: app:worker}}}
    source: |
      return function(steps)
        local funcs, n = require("funcs"), 0
        for _ = 1, steps do n = funcs.call("app:step", n) end
        process.inbox():receive()
      end
  - name: many
    kind: function.lua
    source: |
      return function(count, starters)
        local events = process.events()
        for starter = 1, starters do
          coroutine.spawn(function()
            for n = starter, count, starters do process.spawn_monitored("app:three", "app:worker", n) end
          end)
        end
        local sum = 0
        for _ = 1, count do sum = sum + events:receive().result.value end
        return sum
      end
  - name: begin
    kind: function.lua
    source: return function(steps) return process.spawn("app:long", "app:worker", steps) end
"""


def make_node(directory: Path) -> Any:
    from runtime.node import Node

    (directory / "wippy.lock").write_text("directories: {src: ./src}\n")
    (directory / "src").mkdir()
    (directory / "src" / "_index.yaml").write_text(INDEX)
    node = Node.boot(directory)
    node.start()
    return node


def throughput(node: Any) -> Figure:
    """Start workflows from 16 coroutines and wait for all of them; the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        total = node.functions.call("app:many", (COUNT, 16))
        assert total == COUNT * (COUNT + 1) // 2 + 3 * COUNT
        best = max(best, COUNT / (time.perf_counter() - began))
    return Figure("workflows of three activities, embedded engine", best, "/s", 300, at_least=True)


def replaying(node: Any) -> Figure:
    """Replay a history from the file; the best of some rounds."""
    import gevent

    from runtime.workflows.embedded.replay import replay

    node.functions.call("app:begin", (STEPS,))
    (engine,) = node.engines.running()
    (live,) = engine.live.values()
    while live.tasks <= STEPS:
        gevent.sleep(0.01)
    best = 1e9
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run = node.workflows.open(live.host, live.start)
        events = replay(run, engine.history(live.id))
        best = min(best, time.perf_counter() - began)
        run.close()
    return Figure(f"replay of a history of {events} events", best * 1000, "ms", 50)


FIGURES = (throughput, replaying)


def measure_one(name: str) -> Figure:
    """Measure one figure in this process."""
    with tempfile.TemporaryDirectory() as directory:
        node = make_node(Path(directory))
        try:
            return next(figure for figure in FIGURES if figure.__name__ == name)(node)
        finally:
            node.stop()


if __name__ == "__main__":
    if "--only" in sys.argv:
        report(measure_one(sys.argv[sys.argv.index("--only") + 1]), as_json="--json" in sys.argv)
    else:
        options = arguments("Measure the embedded workflow engine.")
        for figure in FIGURES:
            command = [sys.executable, __file__, "--only", figure.__name__, *(["--json"] if options.json else [])]
            sys.stdout.write(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
