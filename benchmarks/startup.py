"""Measure how long `wippy lua -e ''` takes from start to end: the wall time of the best of several.

python benchmarks/startup.py
"""

from __future__ import annotations

import subprocess
import sys
import time

from figures import Figure, arguments, report

BAR = 0.3
REPEAT = 10


def measure() -> Figure:
    """Start the command again and again."""
    command = [sys.executable, "-m", "runtime.cli.main", "lua", "-e", ""]
    times = []
    for _ in range(REPEAT):
        start = time.perf_counter()
        subprocess.run(command, check=True)
        times.append(time.perf_counter() - start)
    return Figure("wippy lua -e ''", min(times), "s", BAR)


if __name__ == "__main__":
    report(measure(), as_json=arguments("Measure the start of `wippy lua`.").json)
