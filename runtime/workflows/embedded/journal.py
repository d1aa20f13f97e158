"""The file of the histories: writes of many workflows go to the disk together, and whoever writes waits for that."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import gevent
from gevent.event import AsyncResult, Event
from gevent.threadpool import ThreadPool

from runtime.binding import Failure, Kind
from runtime.data.wal import use_wal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

T = TypeVar("T")
Statement: TypeAlias = "tuple[str, Sequence[Any]]"
FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, number INTEGER NOT NULL, workflow_id TEXT NOT NULL, host TEXT NOT NULL, type TEXT NOT NULL,
    status TEXT NOT NULL, start TEXT NOT NULL, parent_run TEXT NOT NULL DEFAULT '',
    parent_seq INTEGER NOT NULL DEFAULT 0, started INTEGER NOT NULL, ended INTEGER, result TEXT,
    memo TEXT NOT NULL DEFAULT '{}', search TEXT NOT NULL DEFAULT '{}', trouble TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_by_workflow ON runs (workflow_id, number);
CREATE INDEX IF NOT EXISTS runs_by_status ON runs (status, host);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_run ON runs (workflow_id) WHERE status = 'running';
CREATE TABLE IF NOT EXISTS tasks (
    run_id TEXT NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL, jobs TEXT NOT NULL, commands TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, due INTEGER NOT NULL, job TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_by_run ON jobs (run_id);
CREATE TABLE IF NOT EXISTS timers (
    run_id TEXT NOT NULL, seq INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS activities (
    run_id TEXT NOT NULL, seq INTEGER NOT NULL, command TEXT NOT NULL, scheduled INTEGER NOT NULL,
    PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
-- What other processes want of the one that runs the engine: signal, cancel, terminate.
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, workflow_id TEXT NOT NULL, action TEXT NOT NULL, body TEXT NOT NULL
);
"""


class Journal:
    """A SQLite file, used on one thread of its own; greenlets wait for it without holding up others."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPool(1)
        self._link: sqlite3.Connection | None = None
        self._pending: list[tuple[Sequence[Statement], AsyncResult[None]]] = []
        self._wanted = Event()
        self._busy = 0
        self._writer: gevent.Greenlet[..., None] | None = None

    def open(self) -> None:
        """Open the file, made with its directory where it is not there; raise Failure when it cannot be used."""
        self._call(self._open)
        self._writer = gevent.spawn(self._write_on)

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            link = sqlite3.connect(self.path, timeout=10.0, isolation_level=None)
            use_wal(link)
            # A history must be on the disk before what it tells has an effect.
            link.execute("PRAGMA synchronous = FULL")
            (known,) = link.execute("PRAGMA user_version").fetchone()
            if known > FORMAT:
                raise Failure(
                    Kind.INVALID,
                    f"the workflow histories {self.path} have format {known}, of a newer wippy, and this one reads "
                    f"format {FORMAT}",
                )
            if known < FORMAT:
                link.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT")
        except (sqlite3.Error, OSError) as problem:
            raise Failure(
                Kind.UNAVAILABLE, f"the workflow histories {self.path} cannot be opened: {problem}", retryable=True
            ) from problem
        self._link = link

    @property
    def busy(self) -> bool:
        """Tell whether somebody waits for it."""
        return self._busy > 0

    def commit(self, statements: Sequence[Statement]) -> None:
        """Write all of it or nothing, and return when it is on the disk; raise Failure when it cannot be written."""
        done: AsyncResult[None] = AsyncResult()
        self._pending.append((statements, done))
        self._wanted.set()
        done.get()

    def _write_on(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            batches, self._pending = self._pending, []
            if not batches:
                continue
            problems = self._call(partial(self._write, [batch for batch, _ in batches]))
            for (_, done), problem in zip(batches, problems, strict=True):
                if problem is None:
                    done.set(None)
                else:
                    done.set_exception(problem)

    def _write(self, batches: Sequence[Sequence[Statement]]) -> list[Exception | None]:
        """Write batches in one transaction; one that fails alone is left out, and tells its writer."""
        link = self._link
        assert link is not None, "the file is open"
        try:
            link.execute("BEGIN IMMEDIATE")
            problems = [self._attempt(link, batch) for batch in batches]
            link.execute("COMMIT")
        except sqlite3.Error as problem:
            if link.in_transaction:
                link.execute("ROLLBACK")
            return [_failure(problem)] * len(batches)
        return problems

    def _attempt(self, link: sqlite3.Connection, batch: Sequence[Statement]) -> Exception | None:
        link.execute("SAVEPOINT batch")
        try:
            for sql, values in batch:
                link.execute(sql, values)
        except sqlite3.IntegrityError as problem:
            link.execute("ROLLBACK TO batch")
            link.execute("RELEASE batch")
            return Failure(Kind.ALREADY_EXISTS, f"a workflow with this id is running already ({problem})")
        link.execute("RELEASE batch")
        return None

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read rows, all that was committed before among them."""

        def rows() -> list[tuple[Any, ...]]:
            assert self._link is not None, "the file is open"
            return self._link.execute(sql, values).fetchall()

        return self._call(rows)

    def version(self) -> int:
        """Give a number that changes when another connection has written."""
        return int(self.read("PRAGMA data_version")[0][0])

    def _call(self, work: Callable[[], T]) -> T:
        """Do work on the thread."""
        self._busy += 1
        try:
            value, problem = self._thread.apply(_caught, (work,))
        finally:
            self._busy -= 1
        if isinstance(problem, sqlite3.Error):
            raise _failure(problem) from problem
        if problem is not None:
            raise problem
        return value  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the file; what was not written is not written any more."""
        if self._writer is not None:
            self._writer.kill()
        if self._link is not None:
            self._call(self._link.close)
        self._thread.kill()


def _failure(problem: Exception) -> Failure:
    return Failure(Kind.UNAVAILABLE, f"the workflow histories cannot be used: {problem}", retryable=True)


def _caught(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """Catch what a function raises, for gevent writes the traceback of an exception in a thread to the terminal."""
    try:
        return work(), None
    except Exception as problem:  # noqa: BLE001  (raised again by whoever waits)
        return None, problem
