"""The benchmarks of HTTP still run, and no request of theirs fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def measured(script: str, *options: str) -> list[dict[str, Any]]:
    """Run a benchmark of HTTP with a small load; what the figures are depends on what else the machine does."""
    if shutil.which("wrk") is None:
        if os.environ.get("WIPPY_REQUIRE_SERVICES") == "1":
            pytest.fail("install wrk")
        pytest.skip("install wrk")
    command = [sys.executable, str(BENCHMARKS / script), *options, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    return figures if isinstance(figures, list) else [figures]


def test_http_load_is_answered_without_a_failure() -> None:
    plain, guarded = measured("http_load.py", "--rounds", "1", "--seconds", "1")
    assert (plain["bar"], guarded["bar"]) == (0.7, 0.6)
    for seen in (*plain["loads"], *guarded["loads"]):
        assert seen["requests_per_second"] > 0
        assert seen["failures"] == 0


def test_idle_connections_get_every_broadcast() -> None:
    memory, seconds = measured("http_connections.py", "--connections", "300")
    assert memory["holds"], memory
    assert seconds["value"] > 0


def test_memory_stays_flat_under_requests() -> None:
    (memory,) = measured("http_memory.py", "--requests", "12000", "--turn", "1")
    assert memory["seen"][-1][0] >= 12_000
    assert memory["holds"], memory
