"""The entries of queues and consumers that are refused."""

import pytest

from runtime.binding import Failure


@pytest.mark.parametrize(
    ("kind", "data", "word"),
    [
        ("queue.queue", {"driver": "app:host"}, "driver"),
        ("queue.queue", {"driver": "app:driver", "codec": "xml"}, "codec"),
        ("queue.queue", {"driver": "app:driver", "driver_options": {"memory": {"max_length": -1}}}, "max_length"),
        ("queue.queue", {"driver": "app:driver", "driver_options": {"memory": [1]}}, "driver_options.memory"),
        ("queue.consumer", {"queue": "app:jobs", "func": "app:f", "concurrency": 1001}, "concurrency"),
        ("queue.consumer", {"queue": "app:jobs", "func": "app:f", "prefetch": 10001}, "prefetch"),
        ("queue.consumer", {"queue": "app:jobs"}, "func"),
    ],
)
def test_refused(jobs, kind, data, word):
    jobs.lua.function("f", "return 1")
    with pytest.raises(Failure, match=word):
        jobs.lua.add("refused", kind, **data)


def test_everything_documented_is_accepted(jobs):
    jobs.lua.add("dead", "queue.queue", driver="app:driver", codec="application/msgpack")
    jobs.lua.add(
        "full",
        "queue.queue",
        driver="app:driver",
        codec="json/plain",
        queue_name="full_name",
        dead_letter={"queue": "app:dead", "max_attempts": 5},
        driver_options={"memory": {"max_length": 500}, "amqp": {"durable": True}},
    )
    assert jobs.run('return queue.info("app:full")').get("ready") == 0
