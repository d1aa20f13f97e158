"""How a run stands."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """As the file and the command line name it."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    TERMINATED = "terminated"
    CONTINUED = "continued"
    TIMED_OUT = "timed_out"
