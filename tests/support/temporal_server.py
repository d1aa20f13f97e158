"""Temporal's own development server, one for all tests of a run."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wippy"
REMEDY = (
    "no Temporal server: build Temporal's command line with '.ci/temporal' (which needs Go), or put another "
    "`temporal` on the PATH or into WIPPY_TEMPORAL"
)
NO_SKIPPING = (
    "no Temporal server that skips time: get Temporal's test server with '.ci/temporal' (which needs Maven and Java), "
    "or name a folder with its classes in WIPPY_TEMPORAL_TEST_SERVER"
)
SEARCH = ("stage=Keyword", "total=Int", "customer=Keyword")
# By default a timer may be late, and the next run of an id must wait, by a second.
QUICK = ('history.timerProcessorMaxTimeShift="5ms"', 'history.workflowIdReuseMinimalInterval="0s"')
_START = 60.0


def find_command() -> str | None:
    """Give the path of the command line, None when it is not there."""
    named = os.environ.get("WIPPY_TEMPORAL")
    built = _CACHE / "bin" / "temporal"
    return named or shutil.which("temporal") or (str(built) if built.exists() else None)


def find_skipping() -> Path | None:
    """Give the folder with the classes of the server that skips time, None when it is not there."""
    named = os.environ.get("WIPPY_TEMPORAL_TEST_SERVER")
    folder = Path(named) if named else _CACHE / "temporal-test-server"
    return folder if shutil.which("java") and any(folder.glob("temporal-test-server-*.jar")) else None


@dataclass
class Server:
    """A server that runs."""

    command: str
    address: str

    def cli(self, *arguments: str) -> str:
        """Run Temporal's command line against the server."""
        done = subprocess.run(
            [self.command, *arguments, "--address", self.address], capture_output=True, text=True, check=True
        )
        return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture(scope="session")
def server():
    """Start a server with its state in memory."""
    command = find_command()
    if command is None:
        _miss(REMEDY)
    port = free_port()
    with development_server(command, port):
        yield Server(command, f"127.0.0.1:{port}")


@contextmanager
def development_server(command: str, port: int) -> Iterator[None]:
    """Run Temporal's development server."""
    attributes = [part for name in SEARCH for part in ("--search-attribute", name)]
    settings = [part for setting in QUICK for part in ("--dynamic-config-value", setting)]
    options = ["--headless", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "never", *attributes, *settings]
    with _running([command, "server", "start-dev", *options], port):
        yield


@pytest.fixture(scope="session")
def skipping_server():
    """Start the server whose time a test can skip."""
    folder = find_skipping()
    if folder is None:
        _miss(NO_SKIPPING)
    port = free_port()
    line = ["java", "-cp", f"{folder}/*", "io.temporal.testserver.TestServer", str(port), "--enable-time-skipping"]
    with _running(line, port):
        yield Server("", f"127.0.0.1:{port}")


def _miss(remedy: str) -> NoReturn:
    if os.environ.get("WIPPY_REQUIRE_SERVICES") == "1":
        pytest.fail(remedy)
    pytest.skip(remedy)


@contextmanager
def _running(line: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(process, port, " ".join(line))
        yield
    finally:
        process.terminate()
        process.wait(20)


def _await(process: subprocess.Popen[bytes], port: int, line: str) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended with {process.returncode}: {line}"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)  # nothing tells when it is ready but asking
        else:
            return
    pytest.fail(f"it did not get ready within {_START} s: {line}")
