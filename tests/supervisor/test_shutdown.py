"""`wippy run` ends in order on a signal, within `shutdown.timeout`, and at once on a second signal (semantics 2.8)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

INDEX = """
namespace: app
entries:
  - {name: host, kind: process.host, lifecycle: {auto_start: true, stop_timeout: 60s}}
  - {name: code, kind: process.lua, source: file://worker.lua, modules: [time]}
  - name: worker
    kind: process.service
    process: app:code
    host: app:host
    lifecycle: {auto_start: true, stop_timeout: 60s}
"""
POLITE = """
return function()
    print("ready")
    local event = process.events():receive()
    print("asked: " .. event.reason)
    require("time").sleep("50ms")
    print("ended")
end
"""
STUBBORN = """
return function()
    print("ready")
    process.events():receive()
    print("asked")
    while true do end
end
"""


@pytest.fixture
def run(tmp_path):
    """Start `wippy run` with the code of the worker and wait until that runs."""
    started = []

    def start(source: str, *options: str) -> subprocess.Popen[str]:
        (tmp_path / "src").mkdir()
        (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
        (tmp_path / "src" / "_index.yaml").write_text(INDEX)
        (tmp_path / "src" / "worker.lua").write_text(source)
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime.cli.main", "run", "--dir", str(tmp_path), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        await_line(process, "ready")
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def await_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"it ended without '{text}'")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_in_order(run, number):
    process = run(POLITE)
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    assert output.index("asked: service stopping") < output.index("ended")
    assert process.returncode == 0
    assert "Traceback" not in output


def test_a_start_that_does_not_come_to_its_end_can_be_ended(run):
    process = run('print("ready") while true do end', "--set", "shutdown.timeout=100ms")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Traceback" not in output


def test_a_node_with_nothing_to_do_stays(run):
    process = run('return function() print("ready") end')
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "internal error" not in output


def test_a_second_signal_ends_at_once(run):
    process = run(STUBBORN)
    process.send_signal(signal.SIGINT)
    await_line(process, "asked")
    time.sleep(0.2)  # it keeps waiting for the stubborn process
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=5)
    assert process.returncode == 1
    assert "Traceback" not in output


def test_the_shutdown_is_limited(run):
    process = run(STUBBORN, "--set", "shutdown.timeout=300ms")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10)
    assert 0.3 <= time.monotonic() - began < 5
    assert "not stopped within 300ms (shutdown.timeout): " in output
    assert "app:worker" in output
    assert process.returncode == 0
    assert "Traceback" not in output
