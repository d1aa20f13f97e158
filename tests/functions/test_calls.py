"""funcs: calls, futures, executors (semantics 4; documentation pages lua/core/funcs and future)."""

from __future__ import annotations

import gevent
import pytest
from lua_node import eventually, settle

from runtime.binding import Failure, Kind, Module, Table
from runtime.process import current
from runtime.process.context import Actor, Scope


class Anything(Scope):
    """Allows all."""

    __slots__ = ()

    def evaluate(self, _actor, _action, _resource, _meta):
        return "allow"


def test_a_call_gives_the_first_result_or_the_error(lua):
    lua.function("add", "local a, b = ... return a + b")
    lua.function("pair", 'return nil, errors.new{message = "no", kind = errors.CONFLICT, details = {n = 1}}')
    lua.function("note", 'return 5, "note"')
    lua.function("raises", 'error("boom")')
    lua.function("nothing", "")
    body = """
    local funcs = require("funcs")
    local seen = {funcs.call("app:add", 1, 2)}
    local none, err = funcs.call("app:pair")
    seen[2], seen[3], seen[4] = none == nil, err:kind(), err:details().n
    none, err = funcs.call("app:note")
    seen[5], seen[6] = none == nil, err:message()
    none, err = funcs.call("app:raises")
    seen[7], seen[8] = err:kind(), err:message()
    none, err = funcs.call("app:nothing")
    seen[9], seen[10] = none == nil, err == nil
    return seen
    """
    expected = [3, True, "Conflict", 1, True, "note", "Internal", "app:raises:2: boom", True, True]
    assert lua.run(body) == expected


@pytest.mark.parametrize(
    ("target", "kind"),
    [("app:none", Kind.NOT_FOUND), ("none", Kind.INVALID), ("", Kind.INVALID), (":x", Kind.INVALID)],
)
def test_targets_that_are_none(lua, target, kind):
    body = f'local v, err = require("funcs").call("{target}") return {{v == nil, err:kind()}}'
    assert lua.run(body) == [True, kind]
    body = f'local v, err = require("funcs").async("{target}") return {{v == nil, err:kind()}}'
    assert lua.run(body) == [True, kind]


def test_arguments_and_results_are_copies(lua):
    lua.function("keep", "kept = kept or ... kept.n = kept.n + 1 return kept", pool={"size": 1})
    body = """
    local funcs, mine = require("funcs"), {n = 0}
    local one = funcs.call("app:keep", mine)
    one.n = 50
    return {mine.n, funcs.call("app:keep").n}
    """
    assert lua.run(body) == [0, 2]


def test_a_future_delivers_once(lua):
    lua.function("slow", 'require("time").sleep("5ms") return {n = ...}')
    body = """
    local future = require("funcs").async("app:slow", 7)
    local pending, none = future:result()
    local seen = {future:is_complete(), pending == nil, none == nil, future:response() == future:channel()}
    local value, ok = future:response():receive()
    seen[5], seen[6] = value:data().n, ok
    seen[7] = select(2, future:response():receive())
    seen[8], seen[9] = future:is_complete(), future:result():data().n
    seen[10], seen[11] = select(2, future:error()), future:is_canceled()
    return seen
    """
    assert lua.run(body) == [False, True, True, True, 7, True, False, True, 7, False, False]


def test_a_future_of_a_failed_call_delivers_the_error(lua):
    lua.function("fails", 'return nil, errors.new{message = "no", kind = errors.CONFLICT}')
    body = """
    local future = require("funcs").async("app:fails")
    local err = future:response():receive()
    local none, cached = future:result()
    local again, failed = future:error()
    return {err:kind(), none == nil, cached:kind(), again:message(), failed}
    """
    assert lua.run(body) == ["Conflict", True, "Conflict", "no", True]


def test_cancelling_a_future_ends_the_call(lua):
    lua.function("hangs", "process.inbox():receive()")
    body = """
    local future = require("funcs").async("app:hangs")
    require("time").sleep("2ms")
    local seen = {future:cancel(), future:is_canceled(), select(2, future:response():receive())}
    local none, err = future:result()
    seen[4], seen[5] = none == nil, err:kind()
    return seen
    """
    assert lua.run(body) == [True, True, False, True, "Canceled"]
    eventually(lambda: lua.node.processes.count() == 0)


def test_many_calls_side_by_side(lua):
    lua.function("slow", 'require("time").sleep("10ms") return ...', pool={"max_size": 50})
    body = """
    local funcs, time = require("funcs"), require("time")
    local before, futures, sum = time.now(), {}, 0
    for n = 1, 50 do futures[n] = funcs.async("app:slow", n) end
    for n = 1, 50 do sum = sum + futures[n]:response():receive():data() end
    return {sum, time.now():sub(before):milliseconds() < 250}
    """
    assert lua.run(body) == [1275, True]


def test_async_returns_at_once_though_all_instances_are_busy(lua):
    lua.function("slow", 'require("time").sleep("30ms") return ...', pool={"size": 1})
    body = """
    local funcs, time = require("funcs"), require("time")
    local before = time.now()
    local one, two = funcs.async("app:slow", 1), funcs.async("app:slow", 2)
    local quick = time.now():sub(before):milliseconds() < 20
    return {quick, one:response():receive():data(), two:response():receive():data()}
    """
    assert lua.run(body) == [True, 1, 2]


@pytest.mark.parametrize("timeout", ["20", "20.0", '"20ms"', 'require("time").parse_duration("20ms")'])
def test_the_timeout_option(lua, timeout):
    lua.function("hangs", "while true do end")
    body = f"""
    local exec = require("funcs").new():with_options({{timeout = {timeout}}})
    local none, err = exec:call("app:hangs")
    return {{none == nil, err:kind(), err:message()}}
    """
    assert lua.run(body) == [True, Kind.TIMEOUT, "call of app:hangs timed out after 0.02 s"]


@pytest.mark.parametrize("timeout", ["true", "{}", '"soon"', "-5", "0/0"])
def test_timeouts_that_are_none(lua, timeout):
    body = (
        f'local v, err = require("funcs").new():with_options({{timeout = {timeout}}}) return {{v == nil, err:kind()}}'
    )
    assert lua.run(body) == [True, Kind.INVALID]


def test_the_timeout_counts_the_wait_for_an_instance(lua):
    lua.function("slow", 'require("time").sleep("200ms")', pool={"size": 1})
    holder = lua.node.functions.begin("app:slow")
    with pytest.raises(Failure) as caught:
        lua.node.functions.call("app:slow", timeout=0.02)
    assert caught.value.kind == Kind.TIMEOUT
    holder.terminate()


def test_executors_are_immutable(lua):
    body = """
    local exec = require("funcs").new()
    local other = exec:with_context({a = 1})
    return {exec ~= other, type(exec), pcall(function() exec.x = 1 end)}
    """
    assert lua.run(body)[:3] == [True, "userdata", False]


# --- the caller -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["call", "async"])
def test_the_end_of_the_caller_ends_the_call(lua, how):
    lua.function("inner", "process.inbox():receive()")
    lua.function("outer", f'require("funcs").{how}("app:inner") process.inbox():receive()')
    outer = lua.node.functions.begin("app:outer")
    settle()
    assert lua.node.processes.count() == 2
    outer.terminate()
    eventually(lambda: lua.node.processes.count() == 0)


def test_a_call_outside_processes_ends_with_the_greenlet_that_waits(lua):
    lua.function("hangs", "process.inbox():receive()")
    waiting = gevent.spawn(lua.node.functions.call, "app:hangs")
    settle()
    assert lua.node.processes.count() == 1
    waiting.kill()
    eventually(lambda: lua.node.processes.count() == 0)


def test_a_gevent_timeout_around_a_call_ends_it(lua):
    lua.function("hangs", "while true do end")
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.02):
        lua.node.functions.call("app:hangs")
    eventually(lambda: lua.node.processes.count() == 0)


def test_a_spawned_process_outlives_the_function(lua):
    lua.process("child", "process.inbox():receive()")
    pid = lua.run('return process.spawn("app:child", "app:host")')
    settle()
    assert lua.node.processes.count() == 1
    assert lua.run(f'return process.send("{pid}", "end")') is True
    eventually(lambda: lua.node.processes.count() == 0)


def test_a_function_can_receive_messages_and_watch(lua):
    lua.process("child", 'process.send(..., "hello", process.pid()) process.inbox():receive() return "bye"')
    body = """
    local pid = process.spawn_monitored("app:child", "app:host", process.pid())
    process.send(process.inbox():receive():from(), "go")
    local event = process.events():receive()
    return {event.from == pid, event.result.value}
    """
    assert lua.run(body) == [True, "bye"]


def test_recursion_through_calls(lua):
    lua.function(
        "fact",
        'local n = ... if n < 2 then return 1 end return n * require("funcs").call("app:fact", n - 1)',
        pool={"max_size": 20},
    )
    assert lua.node.functions.call("app:fact", (15,)) == 1307674368000


def test_a_result_that_comes_by_tail_calls(lua):
    ring = """
    local ping, pong
    function ping(n) if n == 0 then return "ping" end return pong(n - 1) end
    function pong(n) if n == 0 then return "pong" end return ping(n - 1) end
    return ping((...))
    """
    lua.function("ring", ring)
    assert lua.run('return (require("funcs").call("app:ring", 100001))') == "pong"


def test_an_executor_gives_context_actor_and_scope(lua):
    probe = Module("probe")

    @probe.function
    def actor() -> Actor:
        return Actor()

    @probe.function
    def scope() -> Scope:
        return Anything()

    @probe.function
    def seen() -> Table:
        context = current.context()
        return Table.from_list(
            [context.values.get("a"), isinstance(context.actor, Actor), isinstance(context.scope, Scope)]
        )

    lua.node.code.always["probe"] = probe.table()
    lua.function("inner", 'return require("probe").seen()')
    lua.function("outer", 'return require("funcs").call("app:inner")')
    body = """
    local probe, exec = require("probe"), require("funcs").new()
    local full = exec:with_context{a = 7}:with_actor(probe.actor()):with_scope(probe.scope())
    return {full:call("app:outer"), full:async("app:outer"):response():receive():data(), exec:call("app:outer")[2]}
    """
    assert lua.run(body) == [[7, True, True], [7, True, True], False]
    assert lua.run('return (pcall(function() require("funcs").new():with_actor("me") end))') is False
