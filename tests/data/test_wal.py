"""Files that several open for the first time at the same moment, as the workers of a server do."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from runtime.data import wal
from runtime.data.sqlite_statements import connect
from runtime.registry.sqlite_history import SqliteHistory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUNDS = 40
AT_ONCE = 6


def history(path: Path) -> None:
    SqliteHistory(path).close()


def database(path: Path) -> None:
    connect(str(path)).close()


@pytest.mark.parametrize("opens", [history, database])
def test_a_new_file_can_be_opened_by_several_at_once(tmp_path: Path, opens: Callable[[Path], None]) -> None:
    problems: list[Exception] = []
    for number in range(ROUNDS):
        together = threading.Barrier(AT_ONCE)

        def attempt(path: Path = tmp_path / f"{number}.db", together: threading.Barrier = together) -> None:
            together.wait()
            try:
                opens(path)
            except Exception as problem:  # noqa: BLE001  (told below, in the thread of the test)
                problems.append(problem)

        threads = [threading.Thread(target=attempt) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []


def test_a_file_that_stays_locked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wal, "_PATIENCE", 0.1)
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN EXCLUSIVE")
    link = sqlite3.connect(tmp_path / "a.db", timeout=0.01)
    try:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            wal.use_wal(link)
    finally:
        link.close()
        holder.close()
