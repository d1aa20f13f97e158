"""Servers under measurement: started as processes of their own, and looked at from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
STARTUP_SECONDS = 20
END_SECONDS = 15


@contextlib.contextmanager
def serving(command: list[str], port: int) -> Iterator[int]:
    """Run a server until the block ends; give its process id.

    A SystemExit from the block shows what the server wrote.
    """
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, cwd=HERE, stdout=log, stderr=subprocess.STDOUT, text=True)
        try:
            wait_for(server, port)
            yield server.pid
        except SystemExit as failure:
            log.seek(0)
            raise SystemExit(f"{failure}\nThe server wrote:\n{log.read()[-2000:]}") from None
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


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


def wippy_command(directory: Path, port: int) -> list[str]:
    """Give the command line of our server, with one worker."""
    serve = ["-m", "runtime.cli.main", "serve"]
    return [sys.executable, *serve, "--dir", str(directory.resolve()), "--bind", f"127.0.0.1:{port}"]


def falcon_command(port: int) -> list[str]:
    """Give the command line of the peer."""
    worker = ["-k", "gevent", "-w", "1", "-b", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn.app.wsgiapp", *worker, "bare_falcon:app"]


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def worker_of(server: int) -> int:
    """Find the only worker of a gunicorn server."""
    until = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < until:
        children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
        if len(children) == 1:
            return int(children[0])
        time.sleep(0.05)
    raise SystemExit("the server has no worker")


def cpu_seconds(pid: int) -> float:
    """Tell how much processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Tell how much memory of a process is resident."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"process {pid} has ended")
