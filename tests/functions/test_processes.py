"""Processes that are called like functions: process.lua with a `default_host` (semantics 4.1)."""

from __future__ import annotations

import pytest
from lua_node import HOST, code, eventually

from runtime.binding import Failure, Kind


@pytest.mark.parametrize(
    "meta", [{"default_host": HOST}, {"options": {"default_host": HOST}}, {"default_host": "host"}]
)
def test_a_call_starts_a_process_and_gives_its_result(lua, meta):
    lua.process("worker", "return {process.id(), process.pid(), ...}", meta=meta)
    body = """
    local funcs = require("funcs")
    local one, two = funcs.call("app:worker", 1, {2}), funcs.call("app:worker")
    local future = funcs.async("app:worker", "later")
    return {one[1], one[3], one[4][1], one[2] ~= two[2], one[2]:sub(1, 10), future:response():receive():data()[3]}
    """
    assert lua.run(body) == ["app:worker", 1, 2, True, "{app:host|", "later"]


def test_errors_arrive_with_their_kind(lua):
    meta = {"default_host": HOST}
    lua.process("raises", 'error("boom", 0)', meta=meta)
    lua.process("returns", 'return nil, errors.new{message = "no", kind = errors.CONFLICT}', meta=meta)
    lua.add("broken", "process.lua", source='error("body", 0)', meta=meta)
    lua.process("homeless", "return 1", meta={"default_host": "app:nowhere"})
    body = """
    local seen = {}
    for _, name in ipairs{"raises", "returns", "broken", "homeless"} do
        local _, err = require("funcs").call("app:" .. name)
        seen[#seen + 1] = err:kind() .. ": " .. err:message()
    end
    return seen
    """
    assert lua.run(body) == [
        "Internal: boom",
        "Conflict: no",
        "Internal: body",
        "NotFound: host not found: app:nowhere; declare a process.host",
    ]


# Ends with the reason it was given for its end.
CANCELLABLE = """
process.registry.register("worker")
local event = process.events():receive()
local observer = process.registry.lookup("observer")
process.send(observer, "ended", event.kind .. ": " .. event.reason)
"""


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("funcs.new():with_options{timeout = 20}:call('app:worker')", "call of app:worker timed out after 0.02 s"),
        ("local f = funcs.async('app:worker') time.sleep('5ms') f:cancel()", "the call was canceled"),
        ("funcs.async('app:worker') time.sleep('5ms')", "the caller is gone"),
    ],
)
def test_who_gives_up_waiting_asks_the_process_to_end(lua, how, reason):
    lua.process("worker", CANCELLABLE, meta={"default_host": HOST})
    lua.process("observer", 'process.registry.register("observer") return process.inbox():receive():payload():data()')
    observer = lua.spawn("observer")
    eventually(lambda: lua.node.processes.names.lookup("observer") is not None)
    lua.run(f'local funcs, time = require("funcs"), require("time") {how}')
    eventually(lambda: observer.finished)
    assert observer.outcome.value == "pid.cancel: " + reason
    eventually(lambda: lua.node.processes.count() == 0)


def test_the_end_of_the_caller_in_a_call_asks_the_process_to_end(lua):
    lua.process("worker", CANCELLABLE, meta={"default_host": HOST})
    lua.process("observer", 'process.registry.register("observer") return process.inbox():receive():payload():data()')
    observer = lua.spawn("observer")
    eventually(lambda: lua.node.processes.names.lookup("observer") is not None)
    lua.process("caller", 'require("funcs").call("app:worker")')
    caller = lua.spawn("caller")
    eventually(lambda: lua.node.processes.names.lookup("worker") is not None)
    caller.terminate()
    eventually(lambda: observer.finished)
    assert observer.outcome.value == "pid.cancel: the caller is gone"


def test_the_registry_decides_what_can_be_called(lua):
    lua.process("worker", "return 1")
    call = 'local v, err = require("funcs").call("app:worker") return err and err:kind() or v'
    assert lua.run(call) == Kind.NOT_FOUND
    lua.update("worker", "process.lua", meta={"default_host": HOST}, **code("return 2", {}))
    assert lua.run(call) == 2
    lua.update("worker", "process.lua", **code("return 3", {}))
    assert lua.run(call) == Kind.NOT_FOUND
    with pytest.raises(Failure, match="default_host"):
        lua.update("worker", "process.lua", meta={"default_host": 7}, **code("return 3", {}))
    lua.update("worker", "process.lua", meta={"default_host": HOST}, **code("return 4", {}))
    lua.delete("worker")
    assert lua.run(call) == Kind.NOT_FOUND
