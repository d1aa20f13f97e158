"""Watch the memory of one worker over a million requests, which must stay flat.

    python benchmarks/http_memory.py                     a million requests of wrk, in turns to four paths
    python benchmarks/http_memory.py --requests 50000 --json

The first tenth warms the worker up; the figure is what its resident set grows by from there to the end. wrk must be
installed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from itertools import cycle

from figures import Figure
from servers import HERE, free_port, resident_bytes, serving, wippy_command, worker_of

PATHS = ("/hello/world", "/guarded/hello/world", "/hello/nobody?q=1", "/nothing/there")
BAR = 4.0  # MB
MEGA = 1_000_000


def load(wrk: str, url: str, seconds: int) -> int:
    """Let wrk load a URL; give the number of requests that were answered."""
    done = subprocess.run([wrk, "-t1", "-c16", f"-d{seconds}s", url], capture_output=True, text=True, check=False)
    answered = re.search(r"(\d+) requests in ", done.stdout)
    if done.returncode != 0 or answered is None:
        raise SystemExit(f"wrk could not load {url}: {done.stdout}{done.stderr}")
    return int(answered[1])


def watch(wrk: str, port: int, worker: int, options: argparse.Namespace) -> list[tuple[int, int]]:
    """Send requests; give, about ten times on the way, how many were sent and the resident bytes after them."""
    requests: int = options.requests
    seen: list[tuple[int, int]] = []
    sent = 0
    for path in cycle(PATHS):
        sent += load(wrk, f"http://127.0.0.1:{port}{path}", options.turn)
        if sent >= requests * (len(seen) + 1) / 10:
            seen.append((sent, resident_bytes(worker)))
            if not options.json:
                print(f"{sent:>10,} requests{seen[-1][1] / MEGA:>8.1f} MB resident", flush=True)
        if sent >= requests:
            return seen
    raise AssertionError


def main() -> None:
    parser = argparse.ArgumentParser(description="Watch the memory of a worker over many requests.")
    parser.add_argument("--requests", type=int, default=MEGA, help="how many at least (default: a million)")
    parser.add_argument("--turn", type=int, default=3, help="seconds that wrk stays with a path (default: 3)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        print("skipped: wrk is not installed")
        return
    port = free_port()
    with serving(wippy_command(HERE / "hello", port), port) as server:
        seen = watch(wrk, port, worker_of(server), options)
    grown = (seen[-1][1] - seen[0][1]) / MEGA
    figure = Figure(f"memory over {seen[-1][0]:,} requests", grown, "MB more", BAR)
    print(json.dumps({**figure.as_dict(), "seen": seen}) if options.json else figure.line())


if __name__ == "__main__":
    main()
