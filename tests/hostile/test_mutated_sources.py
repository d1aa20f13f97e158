"""Broken sources compile or are refused as sources, each in bounded time; nothing else ever leaves the compiler."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from mutation import mutated

from compiler.errors import SourceError
from compiler.pipeline import compile_chunk
from runtime.lua.limits import lift_recursion_limit

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    path.read_bytes().decode("latin-1")
    for path in sorted([*(ROOT / "tests" / "lua").glob("*/*.lua"), *(ROOT / "examples").rglob("*.lua")])
]
MUTANTS = int(os.environ.get("WIPPY_MUTANTS", "1500"))
PARTS = 3  # of the whole, so that a failure shows early
SECONDS_PER_SOURCE = 5


@pytest.mark.parametrize("part", range(PARTS))
def test_mutants_compile_or_are_refused(part: int) -> None:
    lift_recursion_limit()
    refused = 0
    count = MUTANTS // PARTS
    for seed in range(part * count, (part + 1) * count):
        source = mutated(random.Random(seed), SOURCES)
        started = time.process_time()
        try:
            compile_chunk(source, "mutant")
        except SourceError as error:
            refused += 1
            check_error(error, source)
        except BaseException as error:
            raise AssertionError(f"mutant {seed} made {type(error).__name__}: {error}") from error
        assert time.process_time() - started < SECONDS_PER_SOURCE, f"mutant {seed} took too long"
    assert count // 5 < refused < count, "mutations should break most sources, but not all"


def check_error(error: SourceError, source: str) -> None:
    """Check that an error stands inside its source and can be shown."""
    lines = source.split("\n")
    assert 1 <= error.line <= len(lines) + 1
    assert 0 <= error.column <= len(lines[min(error.line, len(lines)) - 1]) + 1
    assert error.message
    assert "Traceback" not in error.render()
