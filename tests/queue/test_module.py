"""The module queue outside of handlers: publishing, its refusals, and numbers."""

import gevent
import pytest
from lua_node import eventually, settle

from runtime.binding import to_python
from runtime.registry.entry import EntryId


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ('queue.publish("", {a = 1})', "Invalid"),
        ("queue.publish()", "Invalid"),
        ('queue.publish("app:jobs")', "Invalid"),
        ('queue.publish("app:jobs", {})', "Invalid"),
        ('queue.publish("app:jobs", print)', "Invalid"),
        ('queue.publish("app:jobs", 1, "headers")', "Invalid"),
        ('queue.publish("app:jobs", 1, {deep = {}})', "Invalid"),
        ('queue.publish("app:jobs", 1, {[1] = "x"})', "Invalid"),
        ('queue.publish("app:none", {})', "Invalid"),
        ('queue.publish("app:none", 1)', "Internal"),
        ('queue.publish("app:driver", 1)', "Internal"),
        ('queue.info("")', "Invalid"),
        ('queue.info("app:none")', "Internal"),
        ("queue.message()", "Invalid"),
    ],
)
def test_refusals(jobs, call, kind):
    found = jobs.run(f"local value, err = {call}; return {{tostring(value), err:kind(), err:retryable()}}")
    assert to_python(found) == ["nil", kind, False]
    assert jobs.queue.info()["message_count"] == 0


def test_numbers(jobs):
    jobs.publish(1, False)
    assert to_python(jobs.run('return queue.info("app:jobs")')) == {
        "message_count": 2,
        "ready": 2,
        "consumer_count": 0,
    }


def test_a_full_queue_holds_publishers_up(jobs):
    jobs.publish(1, 2, 3)
    late = [gevent.spawn(jobs.publish, number) for number in (4, 5)]
    settle()
    assert not any(each.dead for each in late)
    jobs.consume("tell(...)")
    eventually(lambda: len(jobs.seen) == 5)
    assert sorted(jobs.seen) == [1, 2, 3, 4, 5]
    gevent.joinall(late, raise_error=True)


def test_a_publisher_that_ends_while_it_waits_publishes_nothing(jobs):
    jobs.publish(1, 2, 3)
    waits = jobs.function('return queue.publish("app:jobs", "never")')
    running = jobs.lua.node.functions.begin(waits, ())
    settle()
    running.terminate("enough", "Canceled")
    settle()
    jobs.consume("tell(...)")
    jobs.publish("last")
    eventually(lambda: "last" in jobs.seen)
    assert jobs.seen == [1, 2, 3, "last"]


def test_permissions(jobs):
    asked = []

    def decide(_context, action, resource, _meta):
        asked.append((action, resource))
        return action != "queue.publish.queue"

    jobs.lua.node.decide = decide
    found = jobs.run('local ok, err = queue.publish("app:jobs", 1); return {tostring(ok), err:kind()}')
    assert to_python(found) == ["nil", "Invalid"]
    about_queues = [each for each in asked if each[0].startswith("queue.")]
    assert about_queues == [("queue.publish", ""), ("queue.publish.queue", "app:jobs")]


def test_a_queue_that_is_deleted_turns_publishers_away(jobs):
    jobs.publish(1, 2, 3)
    waits = jobs.function('local _, err = queue.publish("app:jobs", 4); return err:kind()')
    running = jobs.lua.node.functions.begin(waits, ())
    settle()
    jobs.lua.delete("jobs")
    assert running.completion.wait().value == "Internal"


def test_new_options_leave_the_messages(jobs):
    jobs.publish(1, 2, 3)
    options = {"memory": {"max_length": 4}}
    jobs.lua.update("jobs", "queue.queue", driver="app:driver", driver_options=options)
    jobs.publish(4)
    assert jobs.lua.node.resources.get(EntryId("app", "jobs")).info()["ready"] == 4
