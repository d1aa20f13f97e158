"""Measure `wippy serve` with wrk, beside a bare Falcon application under gunicorn's gevent worker.

    python benchmarks/http_load.py                              the project benchmarks/hello, its two bars
    python benchmarks/http_load.py --dir examples/x --path /y   a project of your own, beside the same peer
    python benchmarks/http_load.py --rounds 9 --json

Both servers run one worker each, and wrk loads them in turns: a round is one of ours and one of the peer, and what
counts is the median of the rounds' ratios, for the speed of a shared machine changes within seconds. Ours writes an
access line for each request, as it does for users. The guarded endpoint gets what its middleware looks for: an origin,
an address that a proxy forwards, a valid token. wrk must be installed. (A file called `http.py` would hide the standard
library's module from all that runs in this directory.)
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from figures import Figure
from servers import HERE, cpu_seconds, falcon_command, free_port, serving, wippy_command, worker_of

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
HELLO = "/hello/world"
BAR = 0.7
GUARDED_BAR = 0.6


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, latencies in milliseconds, answers that were no success; CPU of the worker."""

    server: str
    requests_per_second: float
    latency_p50: float
    latency_p99: float
    failures: int
    cpu_us: float  # of the worker, for a request


@dataclass(frozen=True)
class Case:
    """A path of ours that is measured beside the peer's `/hello/world`; both get the same headers."""

    name: str
    path: str
    bar: float
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """A server under measurement: its name, its address, the process that answers."""

    name: str
    base: str
    worker: int


def load(wrk: str, server: Server, path: str, headers: Mapping[str, str], options: argparse.Namespace) -> Load:
    """Let wrk load a path of a server."""
    given = [text for header, value in headers.items() for text in ("-H", f"{header}: {value}")]
    command = [wrk, "--latency", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", *given, server.base + path]
    before = cpu_seconds(server.worker)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"wrk could not load {server.name}: {done.stdout}{done.stderr}")
    return parse(server.name, done.stdout, cpu_seconds(server.worker) - before)


def parse(name: str, report: str, cpu: float) -> Load:
    """Read the report of wrk; `cpu` is in seconds."""
    answered = re.search(r"(\d+) requests in ", report)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    if rate is None or answered is None:
        raise SystemExit(f"wrk reports no rate:\n{report}")
    latencies = {p: float(n) * WORDS[unit] for p, n, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s|m)\b", report)}
    failures = int(failed[1]) if failed else 0
    return Load(name, float(rate[1]), latencies["50"], latencies["99"], failures, cpu / int(answered[1]) * 1e6)


def cases(options: argparse.Namespace, base: str) -> list[Case]:
    """List what is measured; the guarded endpoint needs a token of the server at `base`."""
    if options.dir is not None:
        return [Case(f"{options.path} of {options.dir}", options.path, 0.0)]
    with urllib.request.urlopen(urllib.request.Request(f"{base}/login", method="POST")) as answer:
        token = answer.read().decode()
    headers = {
        "Origin": "https://example.org",
        "X-Forwarded-For": "203.0.113.7",
        "Authorization": f"Bearer {token}",
    }
    return [
        Case("Lua endpoint that writes JSON", HELLO, BAR),
        Case("with cors, real_ip, ratelimit, token_auth", "/guarded" + HELLO, GUARDED_BAR, headers),
    ]


def measure(wrk: str, case: Case, ours: Server, peer: Server, options: argparse.Namespace) -> list[tuple[Load, Load]]:
    """Load both servers in turns; the first round only warms them up."""
    rounds = [
        (
            load(wrk, ours, case.path, case.headers, options),
            load(wrk, peer, HELLO, case.headers, options),
        )
        for _ in range(options.rounds + 1)
    ]
    return rounds[1:]


def figure(case: Case, rounds: list[tuple[Load, Load]]) -> Figure:
    """Give the median of the ratios beside its bar."""
    ratios = [ours.requests_per_second / peer.requests_per_second for ours, peer in rounds]
    return Figure(case.name, statistics.median(ratios), "x", case.bar, at_least=True)


def cpu_ratio(rounds: list[tuple[Load, Load]]) -> float:
    """Give the ratio of the processor time for a request, which what else the machine does changes less."""
    return statistics.median(peer.cpu_us / ours.cpu_us for ours, peer in rounds)


def print_rounds(case: Case, rounds: list[tuple[Load, Load]]) -> None:
    """Print the medians of a case, and its figure."""
    print(f"{'':<14}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'failures':>10}{'CPU us':>8}")
    for loads in zip(*rounds, strict=True):
        rate, p50, p99, cpu = (
            statistics.median(getattr(seen, name) for seen in loads)
            for name in ("requests_per_second", "latency_p50", "latency_p99", "cpu_us")
        )
        failures = sum(seen.failures for seen in loads)
        print(f"{loads[0].server:<14}{rate:>12.0f}{p50:>9.2f}{p99:>9.2f}{failures:>10}{cpu:>8.0f}")
    print(figure(case, rounds).line(), f"(by processor time {cpu_ratio(rounds):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure `wippy serve` with wrk, beside a bare Falcon application.")
    parser.add_argument("--dir", type=Path, help="a project of one http.service (default: benchmarks/hello)")
    parser.add_argument("--path", default=HELLO, help=f"what to request with --dir (default: {HELLO})")
    parser.add_argument("--seconds", type=int, default=2, help="how long wrk loads a server in a round (default: 2)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default: 5)")
    parser.add_argument("--connections", type=int, default=16, help="how many connections wrk keeps (default: 16)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        print("skipped: wrk is not installed")
        return
    port, peer_port = free_port(), free_port()
    seen = []
    with (
        serving(wippy_command(options.dir or HERE / "hello", port), port) as server,
        serving(falcon_command(peer_port), peer_port) as peer_server,
    ):
        ours = Server("wippy serve", f"http://127.0.0.1:{port}", worker_of(server))
        peer = Server("bare falcon", f"http://127.0.0.1:{peer_port}", worker_of(peer_server))
        for case in cases(options, ours.base):
            rounds = measure(wrk, case, ours, peer, options)
            loads = [asdict(each) for pair in rounds for each in pair]
            seen.append({**figure(case, rounds).as_dict(), "cpu_ratio": cpu_ratio(rounds), "loads": loads})
            if not options.json:
                print_rounds(case, rounds)
    if options.json:
        print(json.dumps(seen, indent=2))


if __name__ == "__main__":
    main()
