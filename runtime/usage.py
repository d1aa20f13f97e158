"""What this process of the operating system uses, as far as Linux tells; elsewhere less is known."""

from __future__ import annotations

import gc
import os
import resource
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_STATUS = Path("/proc/self/status")
_KILOBYTE: Final = 1024


def memory() -> dict[str, int]:
    """Give bytes by name: resident, peak (of resident), mapped, data (mapped for private data), stack."""
    try:
        lines = _STATUS.read_text("ascii", "replace").splitlines()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else _KILOBYTE)
        return {"resident": peak, "peak": peak, "mapped": peak, "data": peak, "stack": 0}
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    names = {"resident": "VmRSS", "peak": "VmHWM", "mapped": "VmSize", "data": "VmData", "stack": "VmStk"}
    return {name: int(known[field].split()[0]) * _KILOBYTE for name, field in names.items()}


def objects() -> int:
    """Count the blocks of memory that Python objects occupy."""
    return sys.getallocatedblocks()


def collections() -> int:
    """Count the runs of the garbage collector, of all generations."""
    return sum(generation["collections"] for generation in gc.get_stats())


def processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Settings:
    """What Lua code may set for the whole runtime (page lua/system/system)."""

    memory_limit: int | None = None  # bytes
    max_procs: int = 1
    gc_percent: int = 100
    # Python's own, which 100 percent stands for.
    gc_thresholds: tuple[int, int, int] = field(default_factory=gc.get_threshold)
