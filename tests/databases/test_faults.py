"""Servers that stop, connections that are cut, deadlocks, and disks that are full."""

import subprocess
import sys
import textwrap
from collections import Counter

import gevent
import pytest
from lua_node import eventually
from needs import need_own

from runtime.binding import Failure, Kind
from runtime.data.database import TransactionOptions

PLAIN = TransactionOptions()
CUT = {
    "postgres": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE query LIKE '%{}%' AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE info LIKE '%{}%' AND id <> CONNECTION_ID()",
}
SLEEP = {"postgres": "SELECT pg_sleep(60), 'marked'", "mysql": "SELECT SLEEP(60), 'marked'"}
NUMBER = {"postgres": "SELECT pg_backend_pid() AS id", "mysql": "SELECT CONNECTION_ID() AS id"}
KILL = {"postgres": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


def failure(action, *arguments):
    with pytest.raises(Failure) as caught:
        action(*arguments)
    return caught.value


def test_a_server_that_restarts_under_load(place):
    """Workers write pairs of rows, each pair in a transaction, and try again after what may be tried again."""
    server = need_own(place.engine)
    database = place.open(max_open=8)
    database.execute("CREATE TABLE a (id INT PRIMARY KEY)", ())
    database.execute("CREATE TABLE b (id INT)", ())
    insert_a, insert_b = (place.written(f"INSERT INTO {name} VALUES (?)") for name in "ab")
    outcomes, unknown, done = Counter(), set(), set()
    stop = []

    def write(number):
        transaction = database.begin(PLAIN)
        try:
            transaction.execute(insert_a, (number,))
            transaction.execute(insert_b, (number,))
            transaction.commit()
        finally:
            transaction.abandon()

    def work(first):
        number = first
        while not stop:
            try:
                write(number)
            except Failure as problem:
                outcomes[problem.kind] += 1
                if problem.kind != Kind.UNAVAILABLE:
                    raise
                if problem.retryable:
                    gevent.sleep(0.02)
                    continue
                unknown.add(number)  # the commit was under way
            else:
                done.add(number)
            number += 16

    workers = [gevent.spawn(work, first) for first in range(16)]
    eventually(lambda: len(done) > 50)
    gevent.get_hub().threadpool.apply(server.stop)
    eventually(lambda: outcomes[Kind.UNAVAILABLE] > 16)
    gevent.get_hub().threadpool.apply(server.start)
    before = len(done)
    eventually(lambda: len(done) > before + 50)
    stop.append(True)
    gevent.joinall(workers, timeout=20, raise_error=True)
    rows_a = [row["id"] for row in database.query("SELECT id FROM a", ())]
    rows_b = [row["id"] for row in database.query("SELECT id FROM b", ())]
    assert sorted(rows_a) == sorted(rows_b)  # whole pairs, and nothing twice
    assert done <= set(rows_a) <= done | unknown
    eventually(lambda: database.stats().in_use == 0)


def test_a_connection_that_is_cut_while_a_statement_runs(place):
    database, other = place.open(), place.open()
    running = gevent.spawn(failure, database.query, SLEEP[place.engine], ())
    if place.engine == "postgres":
        eventually(lambda: other.query(CUT["postgres"].format("marked"), ()))
    else:
        eventually(lambda: other.query(CUT["mysql"].format("marked"), ()))
        other.execute(f"KILL {other.query(CUT['mysql'].format('marked'), ())[0]['id']}", ())
    lost = running.get(timeout=10)
    assert lost.kind == Kind.UNAVAILABLE
    assert database.query("SELECT 1 AS one", ()) == [{"one": 1}]
    assert database.stats().open_connections == 1


def test_an_idle_connection_that_was_cut_is_replaced_before_it_is_used(place):
    database, other = place.open(max_open=1), place.open()
    number = database.query(NUMBER[place.engine], ())[0]["id"]
    other.query(KILL[place.engine].format(number), ())
    watch = {
        "postgres": f"SELECT pid FROM pg_stat_activity WHERE pid = {number}",
        "mysql": f"SELECT id FROM information_schema.processlist WHERE id = {number}",
    }[place.engine]
    eventually(lambda: not other.query(watch, ()))
    assert database.query(NUMBER[place.engine], ())[0]["id"] != number


def test_a_transaction_whose_connection_is_cut_can_be_tried_again(place):
    database, other = place.open(), place.open()
    database.execute("CREATE TABLE t (a INT)", ())
    transaction = database.begin(PLAIN)
    transaction.execute("INSERT INTO t VALUES (1)", ())
    number = transaction.query(NUMBER[place.engine], ())[0]["id"]
    other.query(KILL[place.engine].format(number), ())
    lost = failure(lambda: [transaction.execute("INSERT INTO t VALUES (2)", ()) for _ in range(2)])
    assert (lost.kind, lost.retryable) == (Kind.UNAVAILABLE, True)
    transaction.abandon()
    assert database.query("SELECT a FROM t", ()) == []
    eventually(lambda: database.stats().in_use == 0)


def test_a_killed_query_is_ended_on_the_server_too(place):
    database = place.open(max_open=1)
    running = gevent.spawn(database.query, SLEEP[place.engine], ())
    gevent.sleep(0.1)
    running.kill()
    with gevent.Timeout(5):
        assert database.query("SELECT 1 AS one", ()) == [{"one": 1}]
    other = place.open()
    still = {
        "postgres": "SELECT pid FROM pg_stat_activity WHERE query LIKE '%marked%' AND state = 'active' "
        "AND pid <> pg_backend_pid()",
        "mysql": CUT["mysql"].format("marked"),
    }[place.engine]
    eventually(lambda: not other.query(still, ()))


def test_a_deadlock_is_a_conflict_and_nothing_of_the_loser_stays(place):
    database = place.open()
    engine = " ENGINE=InnoDB" if place.engine == "mysql" else ""
    database.execute(f"CREATE TABLE t (id INT PRIMARY KEY, n INT){engine}", ())
    database.execute("INSERT INTO t VALUES (1, 0), (2, 0)", ())
    add = place.written("UPDATE t SET n = n + 1 WHERE id = ?")
    one, two = database.begin(PLAIN), database.begin(PLAIN)
    one.execute(add, (1,))
    two.execute(add, (2,))
    results = [gevent.spawn(_caught, one.execute, add, (2,)), gevent.spawn(_caught, two.execute, add, (1,))]
    gevent.joinall(results, timeout=10, raise_error=True)
    (loser,) = [result.get() for result in results if isinstance(result.get(), Failure)]
    assert (loser.kind, loser.retryable) == (Kind.CONFLICT, True)
    assert loser.details["sqlstate"][:2] == "40"
    beaten, winner = (one, two) if isinstance(results[0].get(), Failure) else (two, one)
    # Whatever the program does now, it must not run as statements on their own.
    assert failure(beaten.execute, add, (1,)).kind == Kind.CONFLICT
    assert failure(beaten.commit).kind == Kind.CONFLICT
    winner.commit()
    assert database.query("SELECT id, n FROM t ORDER BY id", ()) == [{"id": 1, "n": 1}, {"id": 2, "n": 1}]


def _caught(action, *arguments):
    try:
        return action(*arguments)
    except Failure as problem:
        return problem


def test_a_serialisation_failure_is_a_conflict_that_can_be_tried_again(postgres):
    database = postgres.open()
    database.execute("CREATE TABLE t (n INT)", ())
    database.execute("INSERT INTO t VALUES (0)", ())
    one, two = (database.begin(TransactionOptions("serializable")) for _ in range(2))
    one.query("SELECT n FROM t", ())
    two.query("SELECT n FROM t", ())
    one.execute("UPDATE t SET n = 1", ())
    one.commit()
    refused = failure(two.execute, "UPDATE t SET n = 2", ())
    assert (refused.kind, refused.retryable, refused.details["sqlstate"]) == (Kind.CONFLICT, True, "40001")
    two.rollback()


def test_two_statements_of_one_transaction_at_a_time(place):
    database = place.open()
    transaction = database.begin(PLAIN)
    running = gevent.spawn(_caught, transaction.query, SLEEP[place.engine], ())
    gevent.sleep(0.05)
    assert failure(transaction.query, "SELECT 1", ()).kind == Kind.INVALID
    assert failure(transaction.commit).kind == Kind.INVALID
    transaction.abandon()
    running.join(timeout=10)
    assert running.dead
    eventually(lambda: database.stats().in_use == 0)


FULL = """
    import resource, sys
    from runtime.binding import Failure
    from runtime.data.sqlite import SqliteDatabase

    database = SqliteDatabase(sys.argv[1])
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)", ())
    database.execute("INSERT INTO t VALUES (0, NULL)", ())
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    written, problem = 0, None
    while problem is None:
        try:
            database.execute("INSERT INTO t (data) VALUES (zeroblob(20000))", ())
            written += 1
        except Failure as failure:
            problem = failure
    (row,) = database.query("SELECT COUNT(*) AS n FROM t", ())
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    database.execute("INSERT INTO t (data) VALUES (zeroblob(20000))", ())
    (later,) = database.query("SELECT COUNT(*) AS n FROM t", ())
    print(problem.kind, problem.retryable, written > 0, row["n"] - written, later["n"] - written)
"""


def test_a_disk_that_is_full_while_sqlite_writes(tmp_path):
    script = tmp_path / "full.py"
    script.write_text(textwrap.dedent(FULL))
    ran = subprocess.run(
        [sys.executable, script, tmp_path / "full.db"], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split() == ["Unavailable", "True", "True", "1", "2"]
