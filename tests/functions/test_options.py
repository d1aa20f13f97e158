"""Options of calls: retry, timeout, their place in an entry; interceptors (documentation page concepts/functions)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from runtime.binding import Failure, Kind
from runtime.functions.options import retry_of
from runtime.lua.errors import Error, LuaError
from runtime.process.completion import Completion, Outcome
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId

# Fails so many times with an error of a kind, and records when it was called.
FLAKY = """
local times = {}
return function(failures, kind, retryable)
    if failures == "times" then return times end
    times[#times + 1] = clock.now()
    if #times <= failures then
        if kind == "raised" then error("boom", 0) end
        return nil, errors.new{message = "no", kind = kind, retryable = retryable}
    end
    return "done"
end
"""
EVEN = "jitter = 0"


@pytest.fixture
def flaky(virtual):
    """Give a function that calls `app:flaky` with options: (result or kind of error, seconds between the attempts)."""
    from runtime.binding import Module

    clock = Module("clock")

    @clock.function
    def now() -> float:
        return virtual.clock.time

    virtual.node.code.always["clock"] = clock.table()
    virtual.add("flaky", "function.lua", source=FLAKY, pool={"size": 1})

    def call(options: str, *arguments: object):
        body = f"""
        local result, err = require("funcs").new():with_options({options}):call("app:flaky", ...)
        return {{result or err:kind(), require("funcs").call("app:flaky", "times")}}
        """
        result, times = virtual.run(body, *arguments)
        return result, [round(later - former, 6) for former, later in pairwise(times)]

    return call


def test_a_call_is_made_again_ever_later_until_it_succeeds(flaky):
    options = "{retry = {max_attempts = 5, initial_delay = 100, jitter = 0}}"
    assert flaky(options, 3, Kind.UNAVAILABLE) == ("done", [0.1, 0.2, 0.4])


def test_the_last_error_counts_when_attempts_run_out(flaky):
    options = '{retry = {max_attempts = 4, initial_delay = "1s", max_delay = "3s", backoff_factor = 2.5, jitter = 0}}'
    assert flaky(options, 9, Kind.CONFLICT) == (Kind.CONFLICT, [1.0, 2.5, 3.0])


@pytest.mark.parametrize(
    ("kind", "retryable", "lists", "again"),
    [
        (Kind.UNAVAILABLE, None, "", True),
        (Kind.UNAVAILABLE, True, "", True),
        (Kind.UNAVAILABLE, False, "", False),
        (Kind.NOT_FOUND, None, "", True),
        (Kind.INVALID, None, "", False),
        (Kind.PERMISSION_DENIED, None, "", False),
        (Kind.INTERNAL, None, "", False),
        ("raised", None, "", False),
        ("raised", None, "retry_kinds = {errors.INTERNAL}", True),
        (Kind.CONFLICT, None, "retry_kinds = {errors.UNAVAILABLE}", False),
        (Kind.CONFLICT, None, "skip_kinds = {errors.CONFLICT}", False),
        (Kind.CONFLICT, None, "skip_kinds = {errors.CONFLICT}, retry_kinds = {errors.CONFLICT}", False),
    ],
)
def test_which_errors_are_tried_again(flaky, kind, retryable, lists, again):
    result, delays = flaky(f"{{retry = {{max_attempts = 2, jitter = 0, {lists}}}}}", 1, kind, retryable)
    expected = Kind.INTERNAL if kind == "raised" else kind
    assert (result, delays) == (("done", [0.1]) if again else (expected, []))


@pytest.mark.parametrize("attempts", [0, 1])
def test_one_attempt_is_no_retry(flaky, attempts):
    assert flaky(f"{{retry = {{max_attempts = {attempts}}}}}", 1, Kind.UNAVAILABLE) == (Kind.UNAVAILABLE, [])


def test_the_timeout_counts_all_attempts(flaky):
    options = '{timeout = "250ms", retry = {max_attempts = 9, initial_delay = 100, jitter = 0}}'
    assert flaky(options, 99, Kind.UNAVAILABLE) == (Kind.TIMEOUT, [0.1])


def test_an_entry_has_options_and_the_caller_more(virtual):
    body = (
        'n = (n or 0) + 1 if n < 3 then return nil, errors.new{message = "no", kind = errors.UNAVAILABLE} end return n'
    )
    meta = {"options": {"retry": {"max_attempts": 3}}}
    virtual.function("stubborn", body, meta=meta, pool={"size": 1})
    virtual.function("yielding", body, meta=meta, pool={"size": 1})
    body = """
    local funcs = require("funcs")
    local _, err = funcs.new():with_options{retry = {max_attempts = 2}}:call("app:yielding")
    return {funcs.call("app:stubborn"), err:kind()}
    """
    assert virtual.run(body) == [3, Kind.UNAVAILABLE]


def test_arguments_are_those_of_the_first_moment(virtual):
    virtual.function(
        "fails",
        """
        local given = ...
        seen = (seen or "") .. given[1]
        given[1] = "changed by an attempt"
        if #seen < 3 then return nil, errors.new{message = "no", kind = errors.UNAVAILABLE} end
        return seen
        """,
        pool={"size": 1},
    )
    body = """
    local given = {"a"}
    local future = require("funcs").new():with_options{retry = {max_attempts = 3}}:async("app:fails", given)
    given[1] = "changed by the caller"
    return future:response():receive():data()
    """
    assert virtual.run(body) == "aaa"


def test_cancelling_ends_the_wait_for_the_next_attempt(virtual):
    virtual.function(
        "fails", "calls = (calls or 0) + 1 return nil, errors.new{message = tostring(calls), kind = errors.UNAVAILABLE}"
    )
    body = """
    local funcs, time = require("funcs"), require("time")
    local future = funcs.new():with_options{retry = {max_attempts = 9, initial_delay = "1s"}}:async("app:fails")
    time.sleep("500ms")
    local pending = future:is_complete()
    future:cancel()
    time.sleep("20s")
    local _, err = funcs.call("app:fails")
    return {pending, select(2, future:result()):kind(), err:message()}
    """
    assert virtual.run(body) == [False, Kind.CANCELED, "2"]


def test_a_function_that_goes_away_between_attempts_is_not_found(virtual):
    virtual.function("fails", 'return nil, errors.new{message = "no", kind = errors.UNAVAILABLE}')
    call = virtual.node.functions.begin("app:fails", options={"retry": {"max_attempts": 3}})
    virtual.settle()
    virtual.node.registry.apply([Change.delete(EntryId("app", "fails"))])
    virtual.drive(lambda: call.completion.outcome is not None)
    assert "no handler registered" in str(call.completion.outcome.error)


@pytest.mark.parametrize(
    "options",
    [
        "{retry = 3}",
        "{retry = {max_attempts = 'x'}}",
        "{retry = {max_attempts = -1}}",
        "{retry = {max_attempts = 3, initial_delay = 'soon'}}",
        "{retry = {max_attempts = 3, jitter = 0/0}}",
        "{retry = {max_attempts = 3, retry_kinds = 'all'}}",
        "{retry = {max_attempts = 3, skip_kinds = {1}}}",
    ],
)
def test_options_that_are_none_are_refused_when_given(lua, options):
    body = f'local v, err = require("funcs").new():with_options({options}) return {{v == nil, err:kind()}}'
    assert lua.run(body) == [True, Kind.INVALID]


def test_options_that_are_none_are_refused_in_an_entry(lua):
    with pytest.raises(Failure, match=r"retry\.max_attempts"):
        lua.function("bad", "return 1", meta={"options": {"retry": {"max_attempts": "many"}}})


def test_the_defaults_of_retry():
    policy = retry_of({"retry": {"max_attempts": 3}})
    assert (policy.attempts, policy.pace.initial_delay, policy.pace.max_delay) == (3, 0.1, 10.0)
    assert (policy.pace.backoff_factor, policy.pace.jitter) == (2.0, 0.1)


# --- interceptors -------------------------------------------------------------------------------------------------


def test_interceptors_see_every_call_in_order_and_may_change_or_answer_it(lua):
    seen = []

    def outer(invocation, proceed):
        seen.append(("outer", str(invocation.target)))
        return proceed(invocation)

    class Answer:
        def __init__(self, outcome):
            self.completion = Completion()
            self.completion.set(outcome)

        def terminate(self, message, kind):
            raise AssertionError("it has ended already")

    def inner(invocation, proceed):
        seen.append(("inner", str(invocation.target)))
        if invocation.target.name == "denied":
            return Answer(Outcome(error=LuaError(Error("not today", Kind.PERMISSION_DENIED))))
        return proceed(invocation)

    lua.function("echo", "return ...")
    lua.function("denied", "return 1")
    lua.node.functions.intercept(30, inner)
    lua.node.functions.intercept(10, outer)
    body = """
    local funcs = require("funcs")
    local _, err = funcs.call("app:denied")
    return {funcs.call("app:echo", 7), err:kind()}
    """
    assert lua.run(body) == [7, Kind.PERMISSION_DENIED]
    assert [name for who, name in seen if name == "app:denied"] == ["app:denied"] * 2
    assert [who for who, name in seen if name == "app:echo"] == ["outer", "inner"]


# --- instances that nobody uses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pool", "left"),
    [
        ({}, 0),
        ({"type": "lazy"}, 0),
        ({"max_size": 5}, 0),
        ({"type": "adaptive"}, 1),
        ({"type": "static", "workers": 4}, 3),
        ({"workers": 4}, 3),
        ({"size": 4}, 3),
    ],
)
def test_what_becomes_of_instances_when_nobody_calls(virtual, pool, left):
    virtual.function("slow", 'require("time").sleep("1s") n = (n or 0) + 1 return n', pool=pool)
    calls = [virtual.node.functions.begin("app:slow") for _ in range(3)]
    virtual.drive(lambda: all(call.completion.outcome for call in calls))
    own: Entry = virtual.node.functions._callees[EntryId("app", "slow")].pool
    virtual.pass_time(29)
    assert own._made == 3
    assert virtual.carry_out(lambda: virtual.node.functions.call("app:slow")) == 2
    virtual.pass_time(29)
    assert own._made == 3
    virtual.pass_time(2)
    assert own._made == len(own._idle) == left
    assert virtual.carry_out(lambda: virtual.node.functions.call("app:slow")) == (3 if left else 1)


def test_a_call_that_takes_longer_than_the_rest_keeps_its_instance(virtual):
    virtual.function("slow", 'require("time").sleep(...) n = (n or 0) + 1 return n')
    functions = virtual.node.functions
    assert virtual.carry_out(lambda: functions.call("app:slow", ("1s",))) == 1
    assert virtual.carry_out(lambda: functions.call("app:slow", ("2m",))) == 2
    virtual.pass_time(29)
    assert virtual.carry_out(lambda: functions.call("app:slow", ("1s",))) == 3
    virtual.pass_time(31)
    assert virtual.carry_out(lambda: functions.call("app:slow", ("1s",))) == 1
