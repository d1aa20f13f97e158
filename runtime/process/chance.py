"""Random numbers: of the operating system, but for workflows, which must draw the same ones when they are replayed."""

from __future__ import annotations

import os
import random
from typing import Final

from runtime.process.tasks import current_task

_SYSTEM: Final = random.SystemRandom()


def generator() -> random.Random:
    """Give the source of random numbers of the running process."""
    task = current_task()
    run = task.process.run if task is not None else None
    return _SYSTEM if run is None else run.random


def random_bytes(length: int) -> bytes:
    """Give so many random bytes."""
    source = generator()
    return os.urandom(length) if source is _SYSTEM else source.randbytes(length)
