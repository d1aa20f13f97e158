"""Consumers: what handlers get, how messages are settled, and how consumers stop."""

import logging

import gevent
import pytest
from lua_node import eventually, settle

from runtime.binding import to_python
from runtime.registry.entry import EntryId


def test_a_handler_gets_body_and_message(jobs):
    jobs.consume("""
        local msg = queue.message()
        local body = ...
        tell({body = body, id = msg:id(), n = msg:header("n"), none = msg:header("none") == nil, all = msg:headers()})
    """)
    jobs.run("""
        local body = {list = {1, 2.5}, text = "x"}
        queue.publish("app:jobs", body, {n = 9, ["amqp.expiration"] = "30000", yes = true})
        body.text = "changed"
    """)
    eventually(lambda: jobs.seen)
    seen = to_python(jobs.seen[0])
    assert len(seen.pop("id")) == 36
    assert seen == {
        "body": {"list": [1, 2.5], "text": "x"},
        "n": 9,
        "none": True,
        "all": {"n": 9, "amqp.expiration": "30000", "yes": True},
    }


@pytest.mark.parametrize("failure", ['error("no")', 'return nil, "no"', "queue.message():nack()"])
def test_a_message_that_failed_comes_again_behind_the_others(jobs, failure):
    jobs.publish("bad", "good")
    jobs.consume(f"""
        tell({{(...), queue.message():id()}})
        if (...) == "bad" and not marks:has("failed") then
            marks:set("failed", true)
            {failure}
        end
    """)
    eventually(lambda: len(jobs.seen) == 3)
    settle()
    seen = [to_python(each) for each in jobs.seen]
    assert [body for body, _ in seen] == ["bad", "good", "bad"]
    assert seen[0] == seen[2]
    assert jobs.queue.info()["ready"] == 0


def test_auto_ack_counts_a_message_as_done_before_the_handler(jobs):
    jobs.publish("bad")
    jobs.consume('local _, err = queue.message():ack(); tell(err:kind()); error("no")', auto_ack=True)
    jobs.publish("next")
    eventually(lambda: len(jobs.seen) == 2)
    settle()
    assert jobs.seen == ["Invalid", "Invalid"]
    assert jobs.queue.info()["ready"] == 0


def test_a_message_is_settled_once(jobs):
    jobs.consume("""
        local msg = queue.message()
        local first = msg:ack()
        local _, again = msg:ack()
        local _, back = msg:nack()
        tell({first, again:kind(), back:kind()})
        error("too late to matter")
    """)
    jobs.publish(1)
    eventually(lambda: jobs.seen)
    settle()
    assert to_python(jobs.seen[0]) == [True, "Invalid", "Invalid"]
    assert len(jobs.seen) == 1


def test_called_functions_see_the_message_and_what_outlives_the_handler_does_not(jobs):
    jobs.lua.process(
        "late",
        """
        local queue, time, events = require("queue"), require("time"), require("events")
        local msg = queue.message()
        time.sleep("50ms")
        local _, err = msg:id()
        events.send("seen", "told", "/", {err:kind(), tostring(msg)})
        """,
        modules=["queue", "time", "events"],
    )
    inner = jobs.function("return queue.message():id()")
    jobs.consume(f"""
        tell(funcs.call("{inner}") == queue.message():id())
        assert(process.spawn("app:late", "app:host"))
        time.sleep("20ms")
    """)
    jobs.publish(1)
    eventually(lambda: len(jobs.seen) == 2)
    assert jobs.seen[0] is True
    assert to_python(jobs.seen[1]) == ["Invalid", "queue.Message{released}"]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_concurrency(jobs, concurrency):
    jobs.consume('tell("in") time.sleep("50ms") tell("out")', concurrency=concurrency)
    jobs.publish(1, 2)
    eventually(lambda: len(jobs.seen) == 4)
    assert jobs.seen == (["in", "out"] * 2 if concurrency == 1 else ["in", "in", "out", "out"])


def test_a_handler_that_always_fails_leaves_time_for_others(jobs, caplog):
    caplog.set_level(logging.CRITICAL, logger="wippy.queue")
    jobs.publish(1)
    func = jobs.function("error('never')")
    jobs.consume("", func=func)
    jobs.lua.node.functions.drop(EntryId.parse(func))
    with gevent.Timeout(5):
        assert jobs.run("return 7") == 7


def test_a_failure_is_logged(jobs, caplog):
    jobs.consume('queue.message():ack() error("broken handler")')
    jobs.publish(1)
    eventually(lambda: "broken handler" in caplog.text)
    assert "app:consumer" in caplog.text


def test_a_consumer_that_stops_finishes_its_calls_and_takes_no_more(jobs):
    jobs.consume('tell("in") time.sleep("50ms") tell("out")')
    jobs.publish(1, 2)
    eventually(lambda: jobs.seen)
    jobs.lua.delete("consumer")
    assert jobs.seen == ["in", "out"]
    settle()
    assert jobs.queue.info() == {"message_count": 1, "ready": 1, "consumer_count": 0}


def test_a_call_that_does_not_end_in_time_is_ended_and_its_message_kept(jobs):
    jobs.consume('tell("in") time.sleep("1h")', lifecycle={"stop_timeout": "20ms"})
    jobs.publish(1)
    eventually(lambda: jobs.seen)
    jobs.lua.delete("consumer")
    assert jobs.queue.info()["ready"] == 1


def test_an_update_puts_another_consumer_in_its_place(jobs):
    jobs.consume("tell(1)")
    other = jobs.function("tell(2)")
    jobs.lua.update("consumer", "queue.consumer", queue="app:jobs", func=other, lifecycle={"auto_start": True})
    jobs.publish("x")
    eventually(lambda: jobs.seen)
    assert jobs.seen == [2]
    assert jobs.queue.consumers == 1


@pytest.mark.parametrize("queue", ["app:marks", "app:host"])
def test_a_consumer_of_something_else_fails_for_good(jobs, queue):
    func = jobs.function("return 1")
    jobs.lua.add("wrong", "queue.consumer", queue=queue, func=func, lifecycle={"auto_start": True})
    wrong = EntryId("app", "wrong")
    eventually(lambda: jobs.lua.node.supervisor.error(wrong))
    assert f"{queue} is no queue" in jobs.lua.node.supervisor.error(wrong)


def test_false_is_a_result_like_any_other(jobs):
    jobs.publish("one", "two")
    jobs.consume("tell({(...), queue.message():id()}) return false")
    eventually(lambda: len(jobs.seen) == 2)
    settle()
    assert [to_python(each)[0] for each in jobs.seen] == ["one", "two"]
