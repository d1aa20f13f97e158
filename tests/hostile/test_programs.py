"""Programs that try to take the process down end in a Lua error, or well, within seconds; the process lives on."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from sections import sections

HERE = Path(__file__).parent
FILES = sorted((HERE / "programs").glob("*.lua"))
SECONDS_PER_PROGRAM = 10
MEMORY = 4 << 30  # bytes of address space


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_programs_leave_the_process_alive(path: Path) -> None:
    """One process runs all programs of a file, for each must also leave the process fit to run the next."""
    done = subprocess.run(
        [sys.executable, str(HERE / "sections.py"), str(path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        preexec_fn=limit_memory,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"exit code {done.returncode} after {lines[-1]}: {done.stderr[-2000:]}"
    assert done.stderr == ""
    ended = {line["ended"]: line for line in lines if "ended" in line}
    for section in sections(path):
        check_end(section.expected, ended[section.name])


def check_end(expected: str, end: dict[str, object]) -> None:
    """Check what a program showed, and that nothing of Python is in it."""
    shown = str(end["shown"])
    assert expected in shown, f"{end['ended']}: {shown}"
    for trace in ("Traceback", "internal error", ".py", "<class", "object at"):
        assert trace not in shown, f"{end['ended']}: {shown}"
    assert isinstance(end["seconds"], float)
    assert end["seconds"] < SECONDS_PER_PROGRAM, f"{end['ended']} took {end['seconds']} seconds"
