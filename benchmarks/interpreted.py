"""A copy of the sources without their compiled modules, for measuring what a machine without a C compiler gets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("compiler", "grammar", "runtime", "stdlib")


@contextmanager
def interpreted() -> Iterator[dict[str, str]]:
    """Give the environment in which a Python process runs the interpreted sources."""
    with tempfile.TemporaryDirectory() as directory:
        for package in PACKAGES:
            ignore = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
            shutil.copytree(ROOT / package, Path(directory, package), ignore=ignore)
        environment = {**os.environ, "PYTHONPATH": directory}
        command = [sys.executable, "-c", "import runtime.lua.table as module; print(module.__file__)"]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=directory)
        if Path(done.stdout.strip()) != Path(directory, "runtime", "lua", "table.py"):
            raise SystemExit(f"the interpreted sources are hidden by {done.stdout.strip()}")
        yield environment
