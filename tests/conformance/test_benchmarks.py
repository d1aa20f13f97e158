"""The benchmark programs still run, and each gives the same result as its Python twin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
