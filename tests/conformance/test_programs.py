"""Run every program under tests/lua and compare it with the output, or the error, that stands beside it.

`name.lua` prints exactly `name.out`. A program that must fail has `name.err`, a text that its error contains; what it
printed until then is compared only where there is a `name.out` too. Each program runs twice: as compiled, and as read
back from the artifact store.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compiler.errors import SourceError
from runtime.code.standalone import run
from runtime.lua.errors import LuaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PROGRAMS = Path(__file__).parent.parent / "lua"
SECONDS_PER_PROGRAM = 30


def programs() -> list[Path]:
    """List the programs, sorted by area and name."""
    return sorted(PROGRAMS.glob("*/*.lua"))


@pytest.fixture(autouse=True)
def _time_limit() -> Iterator[None]:
    """Turn a program that never ends into a failure; what pytest.fail raises is no Exception, so no pcall stops it."""

    def expire(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"the program did not end within {SECONDS_PER_PROGRAM} seconds")

    before = signal.signal(signal.SIGALRM, expire)
    signal.alarm(SECONDS_PER_PROGRAM)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def execute(program: Path, *, through_artifact: bool) -> tuple[str, str | None]:
    """Run a program; give what it printed and the text of its error, None when it ended well."""
    printed: list[str] = []
    source = program.read_bytes().decode("latin-1")
    try:
        run(source, program.name, [], printed.append, through_artifact=through_artifact)
    except (LuaError, SourceError) as error:
        return "".join(printed), str(error)
    return "".join(printed), None


@pytest.mark.parametrize("through_artifact", [False, True], ids=["fresh", "artifact"])
@pytest.mark.parametrize("program", programs(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_program(program: Path, through_artifact: bool) -> None:
    printed, error = execute(program, through_artifact=through_artifact)
    expected_output, expected_error = program.with_suffix(".out"), program.with_suffix(".err")
    if expected_error.exists():
        wanted = expected_error.read_bytes().decode("latin-1").rstrip("\n")
        assert error is not None, f"the program ended well, expected an error with: {wanted}"
        assert wanted in error
    else:
        assert error is None, f"{error}\nprinted until then:\n{printed}"
    if expected_output.exists() or not expected_error.exists():
        assert printed == expected_output.read_bytes().decode("latin-1")


def test_every_expectation_has_its_program() -> None:
    beside = {path.with_suffix(".lua") for suffix in ("out", "err") for path in PROGRAMS.glob(f"*/*.{suffix}")}
    assert sorted(beside) == programs()
