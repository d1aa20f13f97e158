"""queue.driver.amqp with a real broker: confirmations, settlement, and connections that are lost."""

import uuid
from urllib.parse import urlsplit

import gevent
import pytest
from lua_node import eventually
from needs import need, need_own

from runtime.binding import Failure, Kind, to_python
from runtime.queues.message import Message
from runtime.queues.queue import Wanted
from runtime.registry.entry import EntryId


class Broker:
    """The node with a driver `app:broker`, and queues whose names at the broker nobody else has."""

    def __init__(self, jobs):
        self.jobs = jobs
        self.lua = jobs.lua
        self.prefix = uuid.uuid4().hex[:8]
        self.names = []
        self.lua.add(
            "broker",
            "queue.driver.amqp",
            url=need("amqp"),
            connection_name="tests",
            reconnect_delay="50ms",
            reconnect_max_delay="200ms",
            lifecycle={"auto_start": True},
        )
        self.driver = self.lua.node.resources.get(EntryId("app", "broker"))

    def declare(self, name="lasting", **data):
        self.names.append(f"{self.prefix}_{name}")
        self.lua.add(name, "queue.queue", driver="app:broker", queue_name=self.names[-1], **data)
        return self.lua.node.resources.get(EntryId("app", name))

    def consume(self, body, queue="app:lasting", **data):
        self.jobs.consume(body, queue=queue, **data)

    def close(self):
        for name in self.names:
            self.driver.link.request(lambda channel, take, name=name: channel.queue_delete(name, callback=take))


@pytest.fixture
def broker(jobs):
    made = Broker(jobs)
    yield made
    made.close()


def failure(action, *arguments):
    with pytest.raises(Failure) as caught:
        action(*arguments)
    return caught.value


def test_messages_arrive_as_they_were(broker):
    broker.declare()
    broker.consume("""
        local m = queue.message()
        tell({body = ..., id = m:id(), headers = m:headers()})
    """)
    broker.jobs.run("""
        assert(queue.publish("app:lasting", {list = {1, 2.5}, text = "ü"}, {
            n = 9, yes = true, ["ä"] = "ö", correlation_id = "c1", ["amqp.priority"] = 3, ["amqp.expiration"] = "30000",
        }))
    """)
    eventually(lambda: broker.jobs.seen)
    seen = to_python(broker.jobs.seen[0])
    assert len(seen.pop("id")) == 36
    assert seen["body"] == {"list": [1, 2.5], "text": "ü"}
    assert seen["headers"] == {
        "n": 9,
        "yes": True,
        "ä": "ö",
        "correlation_id": "c1",
        "content_type": "application/json",
        "amqp.priority": 3,
        "amqp.expiration": "30000",
        "amqp.delivery_mode": 2,
    }


def test_many_publishers_at_once_and_numbers(broker):
    queue = broker.declare(codec="msgpack")
    sent = [gevent.spawn(queue.publish, Message(f"\xff{number}")) for number in range(300)]
    gevent.joinall(sent, timeout=20, raise_error=True)
    eventually(lambda: queue.info()["message_count"] == 300)
    taken = []
    broker.consume("tell(...)", concurrency=4, prefetch=20)
    eventually(lambda: len(broker.jobs.seen) == 300)
    taken = sorted(broker.jobs.seen)
    assert taken == sorted(f"\xff{number}" for number in range(300))
    eventually(lambda: queue.info() == {"message_count": 0, "ready": 0, "consumer_count": 1})


def test_a_message_that_fails_comes_again_and_ends_among_the_dead(broker):
    dead = broker.declare("dead")
    broker.declare(
        dead_letter={"queue": "app:dead", "max_attempts": 3}, driver_options={"amqp": {"retry_delay": "10ms"}}
    )
    broker.consume('tell((...)) if (...) == "bad" then error("broken") end')
    broker.jobs.run('queue.publish("app:lasting", "bad") queue.publish("app:lasting", "good")')
    eventually(lambda: len(broker.jobs.seen) == 4)
    assert sorted(broker.jobs.seen) == ["bad", "bad", "bad", "good"]
    receipt = dead.subscribe(Wanted(1)).take()
    assert receipt.message.body == "bad"
    assert receipt.message.headers["x_original_queue"] == "app:lasting"
    assert receipt.message.headers["attempts"] == 3
    receipt.done()


def test_a_consumer_that_stops_gives_back_what_it_has_not_begun(broker):
    queue = broker.declare()
    for number in range(5):
        queue.publish(Message(number))
    broker.consume('tell("in") time.sleep("100ms")', prefetch=5)
    eventually(lambda: broker.jobs.seen)
    broker.lua.delete("consumer")
    eventually(lambda: queue.info() == {"message_count": 4, "ready": 4, "consumer_count": 0})


def test_the_job_of_a_connection_that_broke_is_delivered_again(broker):
    server = need_own("amqp")
    queue = broker.declare()
    body = 'tell((...)) if #marks:list({}).items == 0 then marks:set("seen", true) time.sleep("1h") end'
    broker.consume(body, concurrency=2, lifecycle={"stop_timeout": "10ms"})
    queue.publish(Message("job"))
    eventually(lambda: broker.jobs.seen)
    gevent.get_hub().threadpool.apply(server.control, ("close_all_connections", "test"))
    eventually(lambda: len(broker.jobs.seen) == 2)
    assert list(broker.jobs.seen) == ["job", "job"]
    eventually(lambda: broker.driver.link.is_up)
    broker.jobs.run('assert(queue.publish("app:lasting", "after"))')
    eventually(lambda: broker.jobs.seen[-1] == "after")


def test_a_broker_that_restarts(broker):
    server = need_own("amqp")
    queue = broker.declare()
    queue.publish(Message("kept"))
    gevent.get_hub().threadpool.apply(server.stop)
    try:
        lost = failure(queue.publish, Message("lost"))
        assert (lost.kind, lost.retryable) == (Kind.UNAVAILABLE, True)
    finally:
        gevent.get_hub().threadpool.apply(server.start)
    eventually(lambda: broker.driver.link.is_up)
    broker.consume("tell(...)")
    queue.publish(Message("new"))
    eventually(lambda: list(broker.jobs.seen) == ["kept", "new"])


def test_a_queue_that_is_there_with_other_arguments(broker):
    broker.declare(driver_options={"amqp": {"max_length": 10}})
    with pytest.raises(Failure, match="x-max-length"):
        broker.lua.add(
            "other",
            "queue.queue",
            driver="app:broker",
            queue_name=broker.names[0],
            driver_options={"amqp": {"max_length": 11}},
        )
    assert broker.driver.link.is_up


def test_a_consumer_whose_queue_is_deleted_gets_it_back(broker):
    queue = broker.declare()
    broker.consume("tell(...)")
    eventually(lambda: queue.info()["consumer_count"] == 1)
    broker.driver.link.request(lambda channel, take: channel.queue_delete(queue.name, callback=take))
    eventually(lambda: _counts(queue) == 1)
    queue.publish(Message("again"))
    eventually(lambda: list(broker.jobs.seen) == ["again"])


def _counts(queue):
    try:
        return queue.info()["consumer_count"]
    except Failure:
        return 0


def test_no_broker(jobs):
    address = {"url": "amqp://guest:guest@127.0.0.1:1/", "lifecycle": {"restart": {"max_attempts": 1}}}
    jobs.lua.add("away", "queue.driver.amqp", **address)
    jobs.lua.add("far", "queue.queue", driver="app:away")
    assert jobs.run('local _, err = queue.publish("app:far", 1) return err:kind()') == "Unavailable"
    from runtime.supervisor.supervisor import SupervisorError

    with pytest.raises(SupervisorError, match=r"cannot connect to the broker at 127.*refused"):
        jobs.lua.node.supervisor.start(EntryId("app", "away"))


def test_a_wrong_password(jobs):
    from runtime.supervisor.supervisor import SupervisorError

    parts = urlsplit(need("amqp"))
    url = f"amqp://guest:wrong@{parts.hostname}:{parts.port}/"
    jobs.lua.add("locked", "queue.driver.amqp", url=url, lifecycle={"restart": {"max_attempts": 1}})
    with pytest.raises(SupervisorError, match="ACCESS_REFUSED"):
        jobs.lua.node.supervisor.start(EntryId("app", "locked"))


def test_an_address_that_is_none(jobs):
    with pytest.raises(Failure, match="'url'"):
        jobs.lua.add("wrong", "queue.driver.amqp", url="http://localhost")
