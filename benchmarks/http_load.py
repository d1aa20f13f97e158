"""Measure `wippy serve` with wrk, beside a bare Falcon application under gunicorn's gevent worker.

    python benchmarks/http_load.py                              the project benchmarks/hello
    python benchmarks/http_load.py --dir examples/x --path /y   a project of your own, without a peer of the same work
    python benchmarks/http_load.py --seconds 10 --json

Both servers run one worker, one after the other, on this machine; wrk must be installed. (A file called `http.py` would
hide the standard library's module from all that runs in this directory.)
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
STARTUP_SECONDS = 20
WORDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, latencies in milliseconds, answers that were no success."""

    server: str
    requests_per_second: float
    latency_p50: float
    latency_p99: float
    failures: int


@contextlib.contextmanager
def serving(command: list[str], port: int) -> Iterator[None]:
    """Run a server until the block ends; a SystemExit from the block shows what the server wrote."""
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, cwd=HERE, stdout=log, stderr=subprocess.STDOUT, text=True)
        try:
            wait_for(server, port)
            yield
        except SystemExit as failure:
            log.seek(0)
            raise SystemExit(f"{failure}\nThe server wrote:\n{log.read()[-2000:]}") from None
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()


def wait_for(server: subprocess.Popen[str], port: int) -> None:
    """Wait until a server accepts connections."""
    until = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"the server did not listen on port {port} within {STARTUP_SECONDS} seconds")


def load(wrk: str, name: str, url: str, options: argparse.Namespace) -> Load:
    """Let wrk load a URL: shortly to warm it up, then for the measurement."""
    for seconds in (1, options.seconds):
        command = [wrk, "--latency", "-t1", f"-c{options.connections}", f"-d{seconds}s", url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"wrk could not load {name}: {done.stdout}{done.stderr}")
    return parse(name, done.stdout)


def parse(name: str, report: str) -> Load:
    """Read the report of wrk."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    if rate is None:
        raise SystemExit(f"wrk reports no rate:\n{report}")
    latencies = {p: float(n) * WORDS[unit] for p, n, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s|m)\b", report)}
    failures = int(failed[1]) if failed else 0
    return Load(name, float(rate[1]), latencies["50"], latencies["99"], failures)


def wippy_command(directory: Path, port: int) -> list[str]:
    """Give the command line of our server."""
    serve = ["-m", "runtime.cli.main", "--silent", "serve"]
    return [sys.executable, *serve, "--dir", str(directory.resolve()), "--bind", f"127.0.0.1:{port}"]


def falcon_command(port: int) -> list[str]:
    """Give the command line of the peer."""
    worker = ["-k", "gevent", "-w", "1", "-b", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn.app.wsgiapp", *worker, "bare_falcon:app"]


def print_loads(loads: list[Load]) -> None:
    print(f"{'':<14}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'failures':>10}")
    for seen in loads:
        numbers = (
            f"{seen.requests_per_second:>12.0f}{seen.latency_p50:>9.2f}{seen.latency_p99:>9.2f}{seen.failures:>10}"
        )
        print(f"{seen.server:<14}{numbers}")
    if len(loads) > 1:
        print(
            f"ours/falcon: {loads[0].requests_per_second / loads[1].requests_per_second:.2f} of the requests a second"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure `wippy serve` with wrk, beside a bare Falcon application.")
    parser.add_argument("--dir", type=Path, help="a project of one http.service (default: benchmarks/hello)")
    parser.add_argument("--path", default="/hello/world", help="what to request (default: /hello/world)")
    parser.add_argument("--seconds", type=int, default=5, help="how long wrk loads each server (default: 5)")
    parser.add_argument("--connections", type=int, default=16, help="how many connections wrk keeps (default: 16)")
    parser.add_argument("--port", type=int, default=18100, help="ports are this one and the next (default: 18100)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        print("skipped: wrk is not installed")
        return
    servers = {"wippy serve": wippy_command(options.dir or HERE / "hello", options.port)}
    if options.dir is None:
        servers["bare falcon"] = falcon_command(options.port + 1)
    loads = []
    for port, (name, command) in enumerate(servers.items(), options.port):
        with serving(command, port):
            loads.append(load(wrk, name, f"http://127.0.0.1:{port}{options.path}", options))
    if options.json:
        print(json.dumps([asdict(seen) for seen in loads], indent=2))
    else:
        print_loads(loads)


if __name__ == "__main__":
    main()
