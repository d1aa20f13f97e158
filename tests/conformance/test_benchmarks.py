"""The benchmark programs still run, and each gives the same result as its Python twin."""

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
PROGRAMS = sorted((BENCHMARKS / "programs").glob("*.lua"))
FIGURES = [BENCHMARKS / name for name in ("artifacts.py", "compile_speed.py", "startup.py") if PROGRAMS]


def result_of(program: Path) -> str:
    """Run a program once, in a process of its own."""
    command = [sys.executable, str(BENCHMARKS / "measure.py"), str(program), "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert len(measured["seconds"]) == 1
    return str(measured["result"])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program_agrees_with_its_python_twin(program: Path) -> None:
    assert result_of(program) == result_of(program.with_suffix(".py"))


@pytest.mark.parametrize("script", FIGURES, ids=lambda path: path.stem)
def test_figure_is_measured_beside_its_bar(script: Path) -> None:
    """Only that, for whether the bar holds depends on what else the machine does."""
    done = subprocess.run(
        [sys.executable, str(script), "--json"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    figure = json.loads(done.stdout)
    assert figure["value"] > 0
    assert figure["holds"] == ((figure["value"] >= figure["bar"]) == figure["at_least"])


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
