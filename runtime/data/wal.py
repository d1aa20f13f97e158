"""Write-ahead logging for SQLite files, which several processes may open for the first time at the same moment."""

from __future__ import annotations

import sqlite3
import time

_PATIENCE = 5.0  # seconds
_PAUSE = 0.02


def use_wal(link: sqlite3.Connection) -> None:
    """Put a file into the mode in which it is read while it is written, and in which it stays.

    SQLite waits for a lock as long as a connection says, but not for this: of two that switch the mode of a new file
    one is told at once that it is locked. So we try again ourselves; when that takes too long, we raise what it says.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            link.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)
        else:
            return
