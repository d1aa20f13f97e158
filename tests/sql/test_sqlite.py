"""SQLite under the `sql` module: killed owners, other operating-system processes, renewal, closing."""

import multiprocessing
import sqlite3
import time

import gevent
import pytest

from runtime.binding import Failure, Kind
from runtime.data.database import TransactionOptions
from runtime.data.sqlite import MEMORY, SqliteDatabase

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000000) SELECT COUNT(*) AS n FROM n"


def failure(action, *arguments):
    with pytest.raises(Failure) as caught:
        action(*arguments)
    return caught.value


def test_files_are_in_wal_mode(database):
    assert database.query("PRAGMA journal_mode", ()) == [{"journal_mode": "wal"}]


def test_other_greenlets_run_while_a_statement_does(database):
    ticks = []

    def tick():
        while True:
            ticks.append(1)
            gevent.sleep(0.001)

    ticking = gevent.spawn(tick)
    database.query(LONG.replace("200000000", "300000"), ())
    ticking.kill()
    assert len(ticks) > 5


def test_a_killed_query_is_interrupted_and_the_connection_serves_the_next(database):
    running = gevent.spawn(database.query, LONG, ())
    gevent.sleep(0.05)
    started = time.monotonic()
    running.kill()
    assert database.query("SELECT 1 AS one", ()) == [{"one": 1}]
    assert time.monotonic() - started < 2


def test_a_killed_waiter_leaves_the_queue(database):
    transaction = database.begin(TransactionOptions())
    waiting = [gevent.spawn(database.query, "SELECT 1", ()) for _ in range(2)]
    gevent.sleep(0.01)
    waiting[0].kill()
    transaction.commit()
    assert waiting[1].get(timeout=2) == [{"1": 1}]
    assert database.stats().in_use == 0


def test_a_waiter_killed_just_when_its_turn_comes_hands_it_on(database):
    transaction = database.begin(TransactionOptions())
    first, second = (gevent.spawn(database.query, "SELECT 1", ()) for _ in range(2))
    gevent.sleep(0.01)
    transaction.commit()
    first.kill()
    assert second.get(timeout=2) == [{"1": 1}]


def test_a_killed_transaction_is_rolled_back_once_its_statement_has_ended(database):
    database.execute("CREATE TABLE t (x)", ())

    def work():
        transaction = database.begin(TransactionOptions())
        try:
            transaction.execute("INSERT INTO t VALUES (1)", ())
            transaction.query(LONG, ())
        finally:
            transaction.abandon()

    running = gevent.spawn(work)
    gevent.sleep(0.1)
    running.kill()
    assert database.query("SELECT * FROM t", ()) == []
    assert database.stats().in_use == 0


def _hold(path, locked, done):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    locked.set()
    done.wait(10)
    connection.execute("ROLLBACK")


def test_a_file_locked_by_another_process_is_a_retryable_conflict(tmp_path, monkeypatch):
    monkeypatch.setattr("runtime.data.sqlite_statements._BUSY_TIMEOUT", 0.05)
    path = str(tmp_path / "shared.db")
    database = SqliteDatabase(path)
    database.execute("CREATE TABLE t (x)", ())
    context = multiprocessing.get_context("spawn")
    locked, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(path, locked, done))
    other.start()
    try:
        assert locked.wait(20)
        for action in (
            lambda: database.execute("INSERT INTO t VALUES (1)", ()),
            lambda: database.begin(TransactionOptions()),
        ):
            refused = failure(action)
            assert (refused.kind, refused.retryable) == (Kind.CONFLICT, True)
            assert refused.details["code"] == "SQLITE_BUSY"
        assert database.query("SELECT * FROM t", ()) == []  # readers go on
    finally:
        done.set()
        other.join()
    database.execute("INSERT INTO t VALUES (1)", ())


def test_a_commit_that_fails_leaves_no_transaction_behind(database):
    database.execute("PRAGMA foreign_keys = ON", ())
    database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)", ())
    database.execute("CREATE TABLE b (a REFERENCES a DEFERRABLE INITIALLY DEFERRED)", ())
    transaction = database.begin(TransactionOptions())
    transaction.execute("INSERT INTO b VALUES (7)", ())
    assert failure(transaction.commit).kind == Kind.CONFLICT
    assert database.query("SELECT * FROM b", ()) == []


def test_a_full_database_is_unavailable(database):
    database.execute("CREATE TABLE t (x)", ())
    database.execute("PRAGMA max_page_count = 4", ())
    refused = failure(database.execute, "INSERT INTO t VALUES (zeroblob(100000))", ())
    assert (refused.kind, refused.retryable) == (Kind.UNAVAILABLE, True)


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "text.db"
    path.write_text("this is not a database, only text that is long enough" * 10)
    assert failure(SqliteDatabase, str(path)).details["code"] == "SQLITE_NOTADB"
    assert failure(SqliteDatabase, str(tmp_path / "missing" / "x.db")).kind == Kind.UNAVAILABLE


def test_an_old_connection_is_renewed_but_never_one_in_memory(tmp_path):
    database = SqliteDatabase(str(tmp_path / "old.db"), max_lifetime=0.01)
    database.execute("CREATE TABLE t (x)", ())
    gevent.sleep(0.02)
    assert database.query("SELECT * FROM t", ()) == []
    assert database.stats().max_lifetime_closed == 1
    memory = SqliteDatabase(MEMORY, max_lifetime=0.01)
    memory.execute("CREATE TABLE t (x)", ())
    gevent.sleep(0.02)
    assert memory.query("SELECT * FROM t", ()) == []


def test_closing_waits_for_a_transaction_and_refuses_others(database):
    database.execute("CREATE TABLE t (x)", ())
    transaction = database.begin(TransactionOptions())
    waiting = gevent.spawn(lambda: failure(database.query, "SELECT 1", ()))
    gevent.sleep(0.01)
    database.close()
    database.close()
    transaction.execute("INSERT INTO t VALUES (1)", ())
    transaction.commit()
    assert waiting.get(timeout=2).kind == Kind.UNAVAILABLE
    assert failure(database.begin, TransactionOptions()).kind == Kind.UNAVAILABLE
    assert database.stats().open_connections == 0


def test_two_databases_work_at_the_same_time(tmp_path):
    databases = [SqliteDatabase(str(tmp_path / f"{name}.db")) for name in "ab"]
    transactions = [database.begin(TransactionOptions()) for database in databases]
    for transaction in transactions:
        transaction.execute("CREATE TABLE t (x)", ())
        transaction.commit()
