"""Hold idle WebSocket connections in one worker and send a message to all of them: memory, time, and that none is lost.

    python benchmarks/http_connections.py            5,000 connections, 3 broadcasts
    python benchmarks/http_connections.py --connections 500 --json

Each connection is a file in this process and one in the worker, so RLIMIT_NOFILE is raised for both as far as the hard
limit allows; where that is not enough it says so. Memory is what the resident set of the worker grows by.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import http.client
import json
import resource
import socket
import time
from typing import TYPE_CHECKING

from figures import Figure
from servers import HERE, free_port, resident_bytes, serving, wippy_command, worker_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SPARE_FILES = 200
AT_ONCE = 200  # handshakes under way
PATIENCE = 60.0  # seconds
MEMORY_BAR = 25.0  # KB
TIME_BAR = 2.0  # seconds
HANDSHAKE = (
    b"GET /ws/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.b64encode(b"x" * 16) + b"\r\n\r\n"
)


class Client:
    """A WebSocket client that only listens, by hand: thousands of them must not keep this process busy."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.sendall(HANDSHAKE)
        self._buffer = b""

    def _more(self) -> None:
        piece = self.socket.recv(4096)
        if not piece:
            raise SystemExit("the server closed a connection")
        self._buffer += piece

    def shake_hands(self) -> None:
        """Take the answer to the handshake."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise SystemExit(f"no WebSocket: {head.decode()}")

    def next(self) -> object:
        """Take a message of up to 125 bytes (RFC 6455, section 5.2)."""
        while len(self._buffer) < 2 or len(self._buffer) < 2 + self._buffer[1]:
            self._more()
        kind, size = self._buffer[0], self._buffer[1]
        text, self._buffer = self._buffer[2 : 2 + size], self._buffer[2 + size :]
        if kind != 0x81 or size > 125:
            raise SystemExit(f"no short text message: {kind:#x}, {size} bytes")
        return json.loads(text)


def allow_files(count: int) -> None:
    """Raise the limit of open files, which the server inherits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count or soft == resource.RLIM_INFINITY:
        return
    if hard not in (resource.RLIM_INFINITY,) and hard < count:
        raise SystemExit(f"needs {count} open files, but the hard limit is {hard}: raise it with `ulimit -Hn {count}`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def post(port: int, what: str, body: str = "") -> str:
    """Ask the application."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("POST", f"/{what}", body)
        return connection.getresponse().read().decode()


@contextlib.contextmanager
def connected(port: int, count: int) -> Iterator[list[Client]]:
    """Open connections, and wait until the application knows all of them."""
    clients: list[Client] = []
    try:
        while len(clients) < count:
            group = [Client(port) for _ in range(min(AT_ONCE, count - len(clients)))]
            clients += group
            for client in group:
                client.shake_hands()
        until = time.monotonic() + PATIENCE
        while post(port, "count") != str(count):
            if time.monotonic() > until:
                raise SystemExit(f"only {post(port, 'count')} of {count} have joined")
            time.sleep(0.05)
        yield clients
    finally:
        for client in clients:
            client.socket.close()


def broadcast(port: int, clients: list[Client], text: str) -> float:
    """Send a message to all; give the seconds until the last one has it. One that is lost ends the run."""
    began = time.perf_counter()
    post(port, "tell", text)
    for client in clients:
        got = client.next()
        if got != {"topic": "news", "data": text}:
            raise SystemExit(f"a client got {got} in place of {text}")
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description="Hold idle WebSocket connections and send to all of them.")
    parser.add_argument("--connections", type=int, default=5000, help="how many (default: 5000)")
    parser.add_argument("--broadcasts", type=int, default=3, help="how often to send to all (default: 3)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    count: int = options.connections
    allow_files(count + SPARE_FILES)
    port = free_port()
    with serving(wippy_command(HERE / "crowd", port), port) as server:
        worker = worker_of(server)
        post(port, "count")
        before = resident_bytes(worker)
        with connected(port, count) as clients:
            memory = (resident_bytes(worker) - before) / count / 1000
            times = [broadcast(port, clients, f"news {number}") for number in range(options.broadcasts)]
    figures = [
        Figure(f"an idle WebSocket connection of {count:,}", memory, "KB", MEMORY_BAR),
        Figure(f"a broadcast to {count:,}, none lost", max(times), "s", TIME_BAR),
    ]
    if options.json:
        print(json.dumps([figure.as_dict() for figure in figures]))
    else:
        print("\n".join(figure.line() for figure in figures))


if __name__ == "__main__":
    main()
