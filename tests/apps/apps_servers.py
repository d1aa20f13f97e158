"""Real servers: an application in a directory of its own, served by `wippy serve` or `wippy run` as a process."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
HELLO = ROOT / "examples" / "hello"
TODO = ROOT / "examples" / "todo"
CHAT = ROOT / "examples" / "chat"
LIVE = ROOT / "examples" / "live"
BARS = Path(__file__).parent / "bars"
SHOP = Path(__file__).parent / "shop"
PORTS = range(18301, 18400)
PATIENCE = 30.0  # seconds for a server to start or to end, on a machine that does other things too
_LEFT_BEHIND = shutil.ignore_patterns(".wippy", "data")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json", self.text
        return json.loads(self.text)


class Server:
    """A server process and what it wrote."""

    def __init__(self, project: Path, port: int, *arguments: str) -> None:
        self.project = project
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._log = project.parent / f"{project.name}-{port}-{random.getrandbits(32)}.log"
        self._arguments = arguments
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime.cli.main", *arguments],
                cwd=project,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._await_first_answer()

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def connect(self, timeout: float = PATIENCE) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = {}) -> Answer:
        """Send one request on a connection of its own; a body that is no text goes as JSON."""
        connection = self.connect()
        try:
            return ask(connection, method, path, body, headers)
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask the server to end, and give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it in any case, with its workers."""
        if self.process.poll() is None:
            try:
                self.end()
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def _await_first_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("GET", "/")
                return
            except (ConnectionError, http.client.HTTPException):
                time.sleep(0.05)
        self.kill()
        pytest.fail(f"wippy {' '.join(self._arguments)} does not answer; it wrote:\n{self.log}")


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] = {},
) -> Answer:
    data = body if body is None or isinstance(body, str) else json.dumps(body)
    sent = {**headers, **({"Content-Type": "application/json"} if data else {})}
    connection.request(method, path, data and data.encode(), sent)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read().decode())


def free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) != 0:
                return port
    pytest.fail(f"no port is free between {PORTS[0]} and {PORTS[-1]}")


def copy_of(application: Path, place: Path) -> Path:
    """Copy an application without what earlier runs left in it."""
    return Path(shutil.copytree(application, place / application.name, ignore=_LEFT_BEHIND))


def start(project: Path, *arguments: str) -> Server:
    """Serve a project by `wippy serve`."""
    port = free_port()
    return Server(project, port, "serve", "--dir", str(project), "--bind", f"127.0.0.1:{port}", *arguments)
