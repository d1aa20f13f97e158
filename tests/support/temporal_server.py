"""Temporal's own development server, one for all tests of a run."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

REMEDY = (
    "no Temporal server: build Temporal's command line with '.ci/temporal' (which needs Go), or put another "
    "`temporal` on the PATH or into WIPPY_TEMPORAL"
)
SEARCH = ("stage=Keyword", "total=Int", "customer=Keyword")
# By default a timer may be late, and the next run of an id must wait, by a second.
QUICK = ('history.timerProcessorMaxTimeShift="5ms"', 'history.workflowIdReuseMinimalInterval="0s"')
_START = 60.0


def find_command() -> str | None:
    """Give the path of the command line, None when it is not there."""
    named = os.environ.get("WIPPY_TEMPORAL")
    built = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wippy" / "bin" / "temporal"
    return named or shutil.which("temporal") or (str(built) if built.exists() else None)


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
        if os.environ.get("WIPPY_REQUIRE_SERVICES") == "1":
            pytest.fail(REMEDY)
        pytest.skip(REMEDY)
    port = free_port()
    attributes = [part for name in SEARCH for part in ("--search-attribute", name)]
    settings = [part for setting in QUICK for part in ("--dynamic-config-value", setting)]
    options = ["--headless", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "never", *attributes, *settings]
    process = subprocess.Popen(
        [command, "server", "start-dev", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        made = Server(command, f"127.0.0.1:{port}")
        _await(made, process)
        yield made
    finally:
        process.terminate()
        process.wait(20)


def _await(server: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{server.command} server start-dev ended with {process.returncode}"
        try:
            if "SERVING" in server.cli("operator", "cluster", "health"):
                return
        except subprocess.CalledProcessError:
            time.sleep(0.2)  # nothing tells when it is ready but asking
    pytest.fail(f"{server.command} server start-dev did not get ready within {_START} s")
