"""Processes that misbehave beside a steady one: its answers stay right, and nothing is left of them afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import gevent
import pytest
from lua_node import eventually, lua_greenlets, settle

from runtime.binding import Failure
from runtime.process.hunger import MemoryGuard, default_limit

if TYPE_CHECKING:
    from runtime.process.process import Process

MIB = 1 << 20
# Those that come to an end by their own fault, and some words of the reason.
FATAL = {
    "an uncaught error": ('error("boom")', "boom"),
    "an error of a strange type": (
        "error(setmetatable({}, {__tostring = function() error('worse') end}))",
        "table value",
    ),
    "an error that is nil": ("error(nil)", "nil"),
    "an error in a coroutine of its own": (
        'coroutine.spawn(function() time.sleep("5ms") error("inside") end) process.inbox():receive()',
        "inside",
    ),
    "deep recursion": ("local function f(n) return 1 + f(n + 1) end return f(1)", "stack overflow"),
    "deep recursion through metamethods": (
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. 'x'] end return t.a",
        "stack overflow",
    ),
    "deep recursion through pcall": (
        "local function f() local ok, err = pcall(f) if not ok then error(err, 0) end end f()",
        "stack overflow",
    ),
    "coroutines inside coroutines": (
        "local function f() local ok, err = coroutine.resume(coroutine.create(f)) error(err, 0) end f()",
        "stack overflow",
    ),
    "hunger for text": ('local s = "x" while true do s = s .. s end', "too large"),
    "a giant repetition": ('return #string.rep("x", 1 << 40)', "too large"),
    "a pattern that explodes": ('return string.find(("a"):rep(200), ("a-"):rep(100) .. "b")', "too complex"),
    "closing channels twice, then sending": (
        "local ch = channel.new(1) ch:close() ch:close() ch:send(1)",
        "send on closed channel",
    ),
    "encoding a circle": ("local t = {} t.t = t local _, err = json.encode(t) error(err)", "recursive table"),
    "a comparator that fails": ("table.sort({3, 2, 1}, function() error('no order') end)", "no order"),
    "links that fail one another": (
        """
        local others = {}
        for n = 1, 20 do others[n] = process.spawn_linked("app:sleeper", "app:host") end
        process.terminate(others[7])
        process.inbox():receive()
        """,
        "linked process failed",
    ),
}
# Those that never end by themselves.
RESTLESS = {
    "an endless loop": "while true do end",
    "an endless loop of errors": 'while true do pcall(error, "again") end',
    "an endless loop of turns": "while true do coroutine.yield() end",
    "hunger for tables": "local t = {} while true do t[#t + 1] = {#t} end",
    "a million messages to itself": """
        for n = 1, 1000000 do process.send(process.pid(), "again", n) end
        process.listen("never"):receive()
    """,
    "great messages": """
        local t = {} for n = 1, 2000 do t[n] = {n} end
        while true do process.send(process.pid(), "great", t) end
    """,
    "coroutines without end": """
        local all = {}
        for n = 1, 20000 do
            local co = coroutine.create(function() coroutine.yield(co) end)
            coroutine.resume(co)
            all[n] = co
        end
        process.inbox():receive()
    """,
    "timers without end": 'local all = {} for n = 1, 20000 do all[n] = time.after("1h") end process.inbox():receive()',
    "names without end": """
        for n = 1, 20000 do process.registry.register("chaos" .. n) end
        process.inbox():receive()
    """,
    "children without end": """
        for n = 1, 500 do process.spawn("app:sleeper", "app:host") end
        process.inbox():receive()
    """,
    "calls without end": 'while true do funcs.async("app:hangs") coroutine.yield() end',
    "upgrades without end": "process.upgrade(nil)",
    "ties without end": """
        local pid = process.spawn("app:sleeper", "app:host")
        while true do
            process.monitor(pid) process.link(pid) process.unlink(pid) process.unmonitor(pid)
        end
    """,
    "waiting for nobody": "channel.new():receive()",
    "ignoring what it is asked": 'process.set_options{trap_links = true} while true do time.sleep("1ms") end',
}
STEADY = """
local inbox = process.inbox()
process.registry.register("steady")
while true do
    local message = inbox:receive()
    local n = message:payload():data()
    process.send(message:from(), "answer", {n, n * n, ("%d"):format(n)})
end
"""
ASK = """
local right, answers = 0, process.listen("answer")
for n = 1, ... do
    local deadline = time.after("10s")
    process.send("steady", "question", n)
    local r = channel.select{answers:case_receive(), deadline:case_receive()}
    if r.channel == deadline then return "no answer to " .. n end
    if r.value[1] == n and r.value[2] == n * n and r.value[3] == tostring(n) then right = right + 1 end
end
return right
"""
PRELUDE = 'local time, funcs, json = require("time"), require("funcs"), require("json")\n'


@pytest.fixture
def node(lua):
    lua.process("sleeper", "process.inbox():receive()")
    lua.function("hangs", "process.inbox():receive()")
    lua.process("steady", STEADY)
    lua.process("ask", PRELUDE + ASK)
    return lua


def start(node, name: str, number: int, body: str) -> Process:
    node.process(f"chaos{number}", PRELUDE + body)
    return node.spawn(f"chaos{number}")


def test_nothing_that_a_process_does_harms_another(node, caplog):
    bodies = {**{name: body for name, (body, _) in FATAL.items()}, **RESTLESS}
    assert len(bodies) >= 20
    settle()
    before = lua_greenlets()
    steady = node.spawn("steady")
    eventually(lambda: node.node.processes.names.lookup("steady") is not None)
    chaos = {name: start(node, name, number, body) for number, (name, body) in enumerate(bodies.items())}
    asking = [node.spawn("ask", 150) for _ in range(2)]
    for process in asking:
        assert process.completion.wait_for(120)
        assert process.outcome.error is None
        assert process.outcome.value == 150
    for name, (_, reason) in FATAL.items():
        assert chaos[name].completion.wait_for(60), name
        assert chaos[name].outcome.error is not None, name
        assert reason in str(chaos[name].outcome.error), name
    assert not steady.finished
    end_all(node)
    assert "internal error" not in caplog.text
    assert "Traceback" not in caplog.text
    eventually(lambda: lua_greenlets() == before)
    assert node.node.processes.topology.is_empty()
    assert node.node.processes.names.lookup("chaos1") is None
    assert node.run("return 1 + 1") == 2


def end_all(node) -> None:
    """End what is left of the processes and of what they have started."""
    for process in list(node.node.processes._table.values()):
        process.terminate()
    with gevent.Timeout(30):
        while node.node.processes.count():
            gevent.sleep(0.01)


@pytest.mark.parametrize("name", RESTLESS)
def test_each_restless_one_can_be_ended(node, name):
    process = start(node, name, 1, RESTLESS[name])
    gevent.sleep(0.05)
    assert not process.finished
    process.terminate()
    assert process.completion.wait_for(10)
    end_all(node)


@pytest.mark.parametrize("kind", ["process.lua", "function.lua"])
@pytest.mark.parametrize(
    "hunger",
    [
        "local t = {} while true do t[#t + 1] = {#t} end",
        "local t = {} while true do t[#t + 1] = ('x'):rep(1000000) .. #t end",
        "local t, n = {}, 0 while true do n = n + 1 t[n] = coroutine.wrap(function() return n end) end",
    ],
)
def test_the_process_that_devours_the_memory_is_ended_and_no_other(lua, caplog, monkeypatch, kind, hunger):
    limit_memory(lua, monkeypatch, resident() + 150 * MIB)
    lua.process("ask", PRELUDE + ASK)
    lua.process("steady", STEADY)
    steady = lua.spawn("steady")
    eventually(lambda: lua.node.processes.names.lookup("steady") is not None)
    lua.add("hungry", kind, source=f"return function() {hunger} end")
    lua.add("modest", "process.lua", source="return function() local t = {} while true do t = {t} t = {} end end")
    modest = lua.spawn("modest")
    hungry = lua.spawn("hungry") if kind == "process.lua" else lua.node.functions.begin("app:hungry")
    asking = lua.spawn("ask", 100)
    assert hungry.completion.wait_for(30)
    assert str(hungry.completion.outcome.error) == "out of memory"
    assert asking.completion.wait_for(30)
    assert asking.outcome.value == 100
    assert not steady.finished
    assert not modest.finished
    assert caplog.text.count("out of memory: ") == 1
    end_all(lua)


def test_what_a_function_hoards_between_calls_is_freed(lua, monkeypatch):
    limit_memory(lua, monkeypatch, resident() + 150 * MIB)
    source = "local t = {} return function(n) for k = 1, n do t[#t + 1] = ('x'):rep(1000000) .. #t end return #t end"
    lua.add("hoards", "function.lua", source=source, pool={"size": 1})
    assert lua.node.functions.call("app:hoards", (3,)) == 3
    with pytest.raises(Failure, match="out of memory"):
        lua.node.functions.call("app:hoards", (100_000,))
    assert lua.node.functions.call("app:hoards", (3,)) == 3


def test_a_node_that_is_big_for_reasons_of_its_own_ends_nobody(lua, monkeypatch):
    limit_memory(lua, monkeypatch, resident() // 2)
    assert lua.run("local t = {} for n = 1, 300000 do t[n] = n end return #t") == 300000


def test_without_a_limit_nothing_is_watched():
    guard = MemoryGuard(0)
    guard.open()
    guard.look()
    guard.close()
    assert 0 < default_limit() < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def limit_memory(lua, monkeypatch, limit: int) -> None:
    guard = MemoryGuard(limit)
    guard.open()
    monkeypatch.setattr(lua.node.preemption, "_guard", guard)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
