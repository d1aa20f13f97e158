"""Instances of functions: state between calls, limits, and slots that are never lost (semantics 4.2)."""

from __future__ import annotations

import random

import gevent
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua_node import LuaNode, eventually, settle

from runtime.binding import Failure
from runtime.code.unit import PoolConfig
from runtime.functions.pool import Pool, limit_of
from runtime.registry.entry import EntryId


@pytest.mark.parametrize(
    ("config", "limit"),
    [
        (PoolConfig(), 16),
        (PoolConfig(max_size=3), 3),
        (PoolConfig(size=2), 2),
        (PoolConfig(size=2, max_size=9), 9),
        (PoolConfig(workers=4), 4),
        (PoolConfig(type="static"), 8),
        (PoolConfig(type="static", size=2), 2),
        (PoolConfig(type="inline", size=9), 1),
        (PoolConfig(type="lazy", max_size=5), 5),
        (PoolConfig(type="adaptive"), 16),
    ],
)
def test_how_many_calls_run_side_by_side(config, limit):
    assert limit_of(config) == limit


def test_module_level_state_stays_with_the_instance(lua):
    source = "local n = 0 return function() n = n + 1 total = (total or 0) + n return n .. ' ' .. total end"
    lua.add("count", "function.lua", source=source, pool={"size": 1})
    assert [lua.node.functions.call("app:count") for _ in range(3)] == ["1 1", "2 3", "3 6"]


def test_a_failed_call_keeps_the_instance(lua):
    source = "local n = 0 return function(fail) n = n + 1 if fail then error('no') end return n end"
    lua.add("count", "function.lua", source=source, pool={"size": 1})
    lua.node.functions.call("app:count")
    with pytest.raises(Failure):
        lua.node.functions.call("app:count", (True,))
    assert lua.node.functions.call("app:count") == 3


def test_each_call_has_a_mailbox_of_its_own(lua):
    lua.function(
        "box",
        "local r = channel.select{process.inbox():case_receive(), default = true} return r.default",
        pool={"size": 1},
    )
    lua.function("send", 'process.send(process.pid(), "t", 1) return 1', pool={"size": 1})
    assert lua.node.functions.call("app:send") == 1
    assert lua.node.functions.call("app:box") is True
    assert lua.node.functions.call("app:box") is True


def test_callers_over_the_limit_are_served_in_order(lua):
    lua.function("one", 'require("time").sleep("1ms") order = (order or "") .. ... return order', pool={"size": 1})
    calls = [lua.node.functions.begin("app:one", (name,)) for name in "abcde"]
    assert [call.completion.wait().value for call in calls][-1] == "abcde"


def test_a_body_that_fails_leaves_the_slot_for_the_next(lua):
    source = "error('body') return function() end"
    lua.add("bad", "function.lua", source=source, pool={"size": 1})
    for _ in range(3):
        with pytest.raises(Failure) as caught:
            lua.node.functions.call("app:bad", timeout=1)
        assert "app:bad:1: body" in str(caught.value)


def test_a_body_that_never_ends_is_ended_by_the_timeout(lua):
    lua.add("spins", "function.lua", source="while true do end", pool={"size": 1})
    for _ in range(2):
        with pytest.raises(Failure) as caught:
            lua.node.functions.call("app:spins", timeout=0.02)
        assert caught.value.kind == "Timeout"


FATES = st.lists(
    st.tuples(st.sampled_from(["finish", "fail", "kill", "timeout", "spin"]), st.integers(0, 8)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=FATES, seed=st.integers(0, 2**32))
def test_no_slot_is_ever_lost(shared, fates, seed):
    """Whatever becomes of the calls, and in whatever order, the pool is as free afterwards as it was."""
    chance = random.Random(seed)
    functions = shared.node.functions
    pool = functions._callees[EntryId("app", "work")].pool
    calls = []
    for fate, pause in fates:
        timeout = 0.004 if fate in ("timeout", "spin") else None
        call = functions.begin("app:work", (fate, pause), timeout=timeout)
        calls.append(call)
        if chance.random() < 0.5:
            gevent.sleep(chance.random() * 0.003)
        if fate == "kill":
            gevent.spawn_later(chance.random() * 0.005, call.terminate)
    for call in calls:
        assert call.completion.wait_for(10)
    settle()
    assert pool.in_use == 0
    assert pool._made <= pool.limit == 3
    assert len(pool._idle) == pool._made
    assert not pool._waiting
    assert functions.call("app:work", ("finish", 0), timeout=5) == "finish"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    made = LuaNode(tmp_path_factory.mktemp("node"))
    made.function(
        "work",
        """
        local fate, pause = ...
        if pause > 0 then require("time").sleep(pause * 500000) end
        if fate == "fail" then error("no") end
        if fate == "spin" then while true do end end
        if fate == "timeout" or fate == "kill" then require("time").sleep("50ms") end
        return fate
        """,
        pool={"size": 3},
    )
    yield made
    made.close()


def test_a_caller_that_is_ended_just_when_its_turn_comes_hands_it_on(lua):
    lua.function("one", "process.inbox():receive()", pool={"size": 1})
    holder, waiter, last = (lua.node.functions.begin("app:one") for _ in range(3))
    settle()
    pool: Pool = lua.node.functions._callees[EntryId("app", "one")].pool
    assert len(pool._waiting) == 2
    holder.completion.listen(lambda _: waiter.terminate())  # after the slot went to the waiter, before it ran
    holder.terminate()
    eventually(lambda: waiter.finished)
    settle()
    assert (pool.in_use, len(pool._waiting)) == (1, 0)
    lua.run(f'process.send("{last.pid}", "end")')
    last.completion.wait()
    assert pool.in_use == 0
