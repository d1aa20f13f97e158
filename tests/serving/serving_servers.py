"""A server process, raw connections to it, and what its beacon wrote."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from apps_servers import copy_of, free_port

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from typing import Self

APP = Path(__file__).parent / "app"
PATIENCE = 30.0  # seconds, on a machine that does other things too
__all__ = ["APP", "PATIENCE", "Raw", "Served", "copy_of", "free_port", "until"]


def until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait until something is so, and give it."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    return pytest.fail(f"not within {patience:g} s: {what}")


class Raw:
    """One connection, written and read as bytes."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None, timeout: float = PATIENCE) -> None:
        self.socket: Any = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self._left = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Raw:
        # The server may have said enough; its answer can still be read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)
        return self

    def until(self, end: bytes) -> bytes:
        while end not in self._left:
            piece = self.socket.recv(65536)
            assert piece, f"closed after {self._left!r}"
            self._left += piece
        found, _, self._left = self._left.partition(end)
        return found + end

    def answer(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Read one answer: status, headers, body."""
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        body = b""
        if headers.get("transfer-encoding") == "chunked":
            while size := int(self.until(b"\r\n"), 16):
                body += self.exactly(size)
                self.until(b"\r\n")
            self.until(b"\r\n")
        elif not head:
            body = self.exactly(int(headers.get("content-length", 0)))
        return int(lines[0].split()[1]), headers, body

    def exactly(self, size: int) -> bytes:
        while len(self._left) < size:
            piece = self.socket.recv(65536)
            assert piece, f"closed after {self._left!r}"
            self._left += piece
        found, self._left = self._left[:size], self._left[size:]
        return found

    def rest(self) -> bytes:
        """Read until the server closes."""
        while True:
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                return self._left
            if not piece:
                return self._left
            self._left += piece


class Served:
    """A server process of a project. `port` is its service's; with `tls` it speaks that."""

    def __init__(self, project: Path, command: str, *arguments: str, tls: bool = False, answers: bool = True) -> None:
        self.project = project
        self.port = free_port()
        self.tls = tls
        self._log = project.parent / f"{command}-{self.port}.log"
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime.cli.main", command, "--dir", str(project), *arguments],
                stdout=output,
                stderr=output,
                env={**os.environ, "APP_PORT": str(self.port)},
                start_new_session=True,
            )
        if answers:
            self.wait_for_answer()

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for_answer(self) -> None:
        word = f":{self.port}  (" if "serve" in self._log.name else f"listens on 127.0.0.1:{self.port}"

        def listening() -> bool:
            assert self.process.poll() is None, self.log
            return word in self.log

        until(listening, "the server says that it listens")

    def connect(self, context: ssl.SSLContext | None = None) -> Raw:
        return Raw(self.port, context)

    def get(self, path: str, context: ssl.SSLContext | None = None) -> tuple[int, str]:
        """Ask on a connection of its own."""
        with self.connect(context) as raw:
            raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            status, _, body = raw.answer()
            return status, body.decode()

    def json(self, path: str) -> Any:
        status, text = self.get(path)
        assert status == 200, text
        return json.loads(text)

    def workers(self) -> set[int]:
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return {int(word) for word in found.stdout.split()}

    def beacons(self) -> list[tuple[str, int]]:
        """What the beacon wrote: ("up", process), ("cancelled", process)."""
        path = self.project / "data" / "beacon.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(word, int(number)) for word, number in (line.split() for line in lines if line.count(" ") == 1)]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        if self.process.poll() is None:
            try:
                self.end()
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
