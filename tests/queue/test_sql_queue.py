"""queue.driver.sql: messages that outlive nodes, leases, attempts and dead letters."""

import subprocess
import sys
import time
from pathlib import Path

import gevent
import pytest
from lua_node import LuaNode, eventually, settle

from runtime.binding import Failure, to_python
from runtime.queues.message import Message
from runtime.queues.queue import Wanted
from runtime.registry.entry import EntryId


@pytest.fixture(params=["sqlite", "postgres", "mysql"])
def durable(request, jobs):
    """The node with the queue `app:lasting` and its dead letters on each engine."""
    driver = {"file": "queue.db"}
    if request.param != "sqlite":
        place = request.getfixturevalue(request.param)
        jobs.lua.add("db", f"db.sql.{request.param}", **place.fields, pool={"max_idle": 4})
        driver = {"database": "app:db"}
    declare(jobs.lua, **driver)
    return jobs


def declare(lua, name="lasting", **driver):
    lua.add("sql", "queue.driver.sql", **{"visibility_timeout": "1s", "poll_interval": "100ms", **driver})
    lua.add("dead", "queue.queue", driver="app:sql")
    lua.add(
        name,
        "queue.queue",
        driver="app:sql",
        dead_letter={"queue": "app:dead", "max_attempts": 3},
        driver_options={"sql": {"retry_delay": "10ms"}},
    )


def consume(jobs, body, **data):
    jobs.consume(body, queue="app:lasting", **data)


def publish(jobs, *values):
    for value in values:
        assert jobs.run('return assert(queue.publish("app:lasting", ...))', value)


def queue_of(jobs, name="lasting"):
    return jobs.lua.node.resources.get(EntryId("app", name))


def test_messages_arrive_as_they_were(durable):
    consume(
        durable,
        'local m = queue.message() tell({body = ..., n = m:header("n"), yes = m:header("yes"), id = m:id()})',
    )
    durable.run('queue.publish("app:lasting", {list = {1, 2.5}, text = "ü"}, {n = 9, yes = true})')
    eventually(lambda: durable.seen)
    seen = to_python(durable.seen[0])
    assert len(seen.pop("id")) == 36
    assert seen == {"body": {"list": [1, 2.5], "text": "ü"}, "n": 9, "yes": True}
    eventually(lambda: queue_of(durable).info()["message_count"] == 0)


def test_messages_come_in_order(durable):
    publish(durable, *range(20))
    consume(durable, "tell(...)")
    eventually(lambda: len(durable.seen) == 20)
    assert durable.seen == list(range(20))


def test_a_message_that_fails_comes_again_and_ends_among_the_dead(durable):
    publish(durable, "bad", "good")
    consume(durable, 'tell({(...), queue.message():id()}) if (...) == "bad" then error("broken") end')
    eventually(lambda: len(durable.seen) == 4)
    assert [to_python(each)[0] for each in durable.seen] == ["bad", "good", "bad", "bad"]
    eventually(lambda: queue_of(durable, "dead").info()["ready"] == 1)
    eventually(lambda: queue_of(durable).info()["message_count"] == 0)
    receipt = queue_of(durable, "dead").subscribe(Wanted()).take()
    headers = dict(receipt.message.headers)
    assert (receipt.message.body, receipt.message.id) == ("bad", to_python(durable.seen[0])[1])
    assert (headers["x_original_queue"], headers["attempts"]) == ("app:lasting", 3)
    assert "broken" in headers["x_dead_letter_reason"]


def test_a_handler_that_takes_long_keeps_its_message(durable):
    consume(durable, 'tell("in") time.sleep("2500ms") tell("out")', concurrency=2)
    publish(durable, 1)
    eventually(lambda: len(durable.seen) == 2)
    gevent.sleep(0.2)
    assert durable.seen == ["in", "out"]


def test_a_consumer_that_stops_gives_back_what_it_has_not_begun(durable):
    publish(durable, *range(5))
    consume(durable, 'tell("in") time.sleep("100ms")', prefetch=5)
    eventually(lambda: durable.seen)
    durable.lua.delete("consumer")
    eventually(lambda: queue_of(durable).info()["ready"] == 4)
    receipt = queue_of(durable).subscribe(Wanted()).take()
    assert (receipt.message.body, receipt.attempts) == (1, 1)  # it was no attempt


def test_two_consumers_share_the_messages(durable):
    queue = queue_of(durable)
    gevent.joinall([gevent.spawn(queue.publish, Message(number)) for number in range(200)], raise_error=True)
    taken = []

    def work(subscription):
        while True:
            receipt = subscription.take()
            taken.append(receipt.message.body)
            receipt.done()

    workers = [gevent.spawn(work, queue.subscribe(Wanted(10))) for _ in range(3)]
    eventually(lambda: queue.info()["message_count"] == 0)
    gevent.killall(workers)
    assert sorted(taken) == list(range(200))


def test_a_message_whose_handler_is_cut_off_each_time_is_given_up(durable):
    publish(durable, "deadly")
    table = queue_of(durable).driver.table
    for _ in range(3):  # as nodes would that die at once
        assert len(table.lease("app:lasting", "nobody", 1, 0.0)) == 1
        gevent.sleep(0.005)
    consume(durable, "tell(...)")
    eventually(lambda: queue_of(durable, "dead").info()["ready"] == 1)
    assert durable.seen == []


def test_messages_outlive_the_node(tmp_path):
    first = LuaNode(tmp_path)
    declare(first, file="queue.db")
    queue = first.node.resources.get(EntryId("app", "lasting"))
    queue.publish(Message("kept"))
    first.close()
    second = LuaNode(tmp_path)
    try:
        declare(second, file="queue.db")
        subscription = second.node.resources.get(EntryId("app", "lasting")).subscribe(Wanted())
        assert subscription.take().message.body == "kept"
    finally:
        second.close()


NODE = """
    import sys
    from pathlib import Path

    sys.path[:0] = [sys.argv[2], str(Path(sys.argv[2]).parents[1])]
    from lua_node import LuaNode
    from runtime.queues.queue import Wanted
    from runtime.registry.entry import EntryId

    node = LuaNode(Path(sys.argv[1]))
    node.add("sql", "queue.driver.sql", file=sys.argv[3], visibility_timeout="1s")
    node.add("lasting", "queue.queue", driver="app:sql")
    queue = node.node.resources.get(EntryId("app", "lasting"))
    print(queue.subscribe(Wanted()).take().message.body, flush=True)
    sys.stdin.read()
"""


def test_the_job_of_a_node_that_was_killed_is_delivered_again(jobs, tmp_path):
    declare(jobs.lua, file=str(tmp_path / "shared.db"))
    publish(jobs, "job")
    other = tmp_path / "other"
    other.mkdir()
    script = tmp_path / "node.py"
    script.write_text("\n".join(line[4:] for line in NODE.splitlines()))
    support = Path(__file__).parents[1] / "support"
    command = [sys.executable, script, other, support, tmp_path / "shared.db"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"job\n"
        assert queue_of(jobs).info() == {"message_count": 1, "ready": 0, "consumer_count": 0}
        child.kill()
        child.wait()
    started = time.monotonic()
    consume(jobs, "tell(...)")
    eventually(lambda: jobs.seen)
    assert jobs.seen == ["job"]
    assert time.monotonic() - started < 5


def test_msgpack_takes_any_bytes(jobs):
    declare(jobs.lua, file="queue.db")
    binary = "\x00\xff"
    jobs.lua.add("packed", "queue.queue", driver="app:sql", codec="msgpack")
    queue_of(jobs, "packed").publish(Message(binary))
    assert queue_of(jobs, "packed").subscribe(Wanted()).take().message.body == binary


def test_a_server_that_is_away_for_a_while(postgres, jobs):
    from needs import need_own

    server = need_own("postgres")
    jobs.lua.add("db", "db.sql.postgres", **postgres.fields)
    declare(jobs.lua, database="app:db")
    consume(jobs, "tell(...)")
    publish(jobs, 1)
    eventually(lambda: jobs.seen == [1])
    gevent.get_hub().threadpool.apply(server.stop)
    try:
        error = jobs.run('local _, err = queue.publish("app:lasting", 2) return err:kind()')
        assert error == "Unavailable"
    finally:
        gevent.get_hub().threadpool.apply(server.start)
    publish(jobs, 3)
    eventually(lambda: jobs.seen == [1, 3])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"table": "x; DROP TABLE y"}, "table"),
        ({"file": "a.db", "database": "app:marks"}, "file"),
        ({"visibility_timeout": "0s"}, "visibility_timeout"),
    ],
)
def test_drivers_that_cannot_be(jobs, data, field):
    with pytest.raises(Failure, match=f"'{field}'"):
        jobs.lua.add("wrong", "queue.driver.sql", **data)


def test_retries_wait_ever_longer():
    from runtime.queues.retry import Retry

    retry = Retry(delay=0.1, max_delay=1.0)
    assert [retry.pause(attempts) for attempts in range(1, 8)] == [0.0, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_dead_letters_of_a_queue_in_memory(jobs):
    jobs.lua.add("dead", "queue.queue", driver="app:driver")
    jobs.lua.add(
        "frail",
        "queue.queue",
        driver="app:driver",
        dead_letter={"queue": "app:dead", "max_attempts": 2},
        driver_options={"memory": {"retry_delay": "1ms"}},
    )
    jobs.run('queue.publish("app:frail", "x", {kept = 1})')
    jobs.consume("tell(queue.message():id()) error('no')", queue="app:frail")
    eventually(lambda: queue_of(jobs, "dead").info()["ready"] == 1)
    settle()
    assert len(jobs.seen) == 2
    assert queue_of(jobs, "frail").info()["message_count"] == 0
