"""Starting processes, their results and failures, messages and names (semantics 1 and 2)."""

from __future__ import annotations

import logging

import pytest
from lua_node import HOST, eventually, settle

from runtime.binding import Failure, Kind
from runtime.process.pid import Pid


def test_a_spawned_process_runs_with_its_arguments(lua):
    lua.process("child", "local a, b = ... return a .. b.x")
    body = """
    local pid = assert(process.spawn_monitored("app:child", "app:host", "one", {x = "two"}))
    local event = process.events():receive()
    return {pid == event.from, event.kind == process.event.EXIT, event.result.value, event.result.error == nil}
    """
    assert lua.run(body) == [True, True, "onetwo", True]


def test_spawn_returns_before_the_method_runs(lua):
    lua.process("child", 'process.send(..., "ran", true)')
    body = """
    process.spawn("app:child", "app:host", process.pid())
    local before = channel.select{process.inbox():case_receive(), default = true}
    process.inbox():receive()
    return before.default
    """
    assert lua.run(body) is True


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ('process.spawn("app:none", "app:host")', Kind.NOT_FOUND),
        ('process.spawn("app:child", "app:nohost")', Kind.NOT_FOUND),
        ('process.spawn("child", "app:host")', Kind.INVALID),
        ('process.spawn("app:child")', Kind.INVALID),
        ("process.spawn()", Kind.INVALID),
        ('process.send("{app:host|0xfffff}", "topic")', Kind.NOT_FOUND),
        ('process.send("nobody", "topic")', Kind.NOT_FOUND),
        ('process.send(process.pid(), "@topic", 1)', Kind.INVALID),
        ("process.send(process.pid())", Kind.INVALID),
        ('process.listen("@pid/inbox")', Kind.INVALID),
        ('process.listen("")', Kind.INVALID),
        ('process.monitor("{app:host|0xfffff}")', Kind.NOT_FOUND),
        ('process.link("{app:host|0xfffff}")', Kind.NOT_FOUND),
        ('process.cancel("{app:host|0xfffff}")', Kind.NOT_FOUND),
        ('process.terminate("{app:host|0xfffff}")', Kind.NOT_FOUND),
        ('process.registry.lookup("nobody")', Kind.NOT_FOUND),
        ('process.registry.register("")', Kind.INVALID),
        ('process.registry.register("x", nil, process.registry.STRONG)', Kind.INTERNAL),
    ],
)
def test_refusals_are_pairs_with_a_kind(lua, call, kind):
    lua.process("child", "return 1")
    assert lua.run(f"local value, err = {call} return {{value == nil, err:kind(), #err:message() > 5}}") == [
        True,
        kind,
        True,
    ]


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ('error("boom")', Kind.INTERNAL, "app:broken:1: boom"),
        ("local x = nil; x.y = 1", Kind.INTERNAL, "attempt to index a nil value (local 'x')"),
        ("return 5", Kind.INVALID, "must return a function or a table"),
        ("return {other = function() end}", Kind.INVALID, "without the function 'main'"),
        ('error(errors.new{message = "typed", kind = errors.CONFLICT})', Kind.CONFLICT, "typed"),
    ],
)
def test_a_body_that_fails_fails_the_spawn_and_nothing_else(lua, caplog, source, kind, text):
    lua.add("broken", "process.lua", source=source)
    caplog.set_level(logging.ERROR)
    body = """
    local pid, err = process.spawn_linked_monitored("app:broken", "app:host")
    local r = channel.select{process.events():case_receive(), default = true}
    return {pid == nil, err:kind(), err:message(), r.default}
    """
    none, found, message, quiet = lua.run(body)
    assert (none, found, quiet) == (True, kind, True)
    assert text in message
    assert lua.node.processes.topology.is_empty()
    assert not caplog.records


@pytest.mark.parametrize(
    ("body", "kind", "retryable", "text"),
    [
        ('error("boom")', Kind.INTERNAL, None, "app:child:2: boom"),
        ('return nil, "wrong"', Kind.INTERNAL, False, "wrong"),
        ('return 7, "wrong"', Kind.INTERNAL, False, "wrong"),
        (
            'return nil, errors.new{message = "m", kind = errors.TIMEOUT, retryable = true}',
            Kind.TIMEOUT,
            True,
            "m",
        ),
        (
            'coroutine.spawn(function() error("in it") end) process.inbox():receive()',
            Kind.INTERNAL,
            None,
            "in it",
        ),
    ],
)
def test_failures_reach_the_watcher_with_their_kind(lua, body, kind, retryable, text):
    lua.process("child", body)
    watch = """
    process.spawn_monitored("app:child", "app:host")
    local err = process.events():receive().result.error
    return {kind = err:kind(), retryable = err:retryable(), message = err:message()}
    """
    found = lua.run(watch)
    assert found["kind"] == kind
    assert found.get("retryable") == retryable
    assert text in found["message"]


def test_a_second_result_that_is_no_error_is_ignored(lua):
    lua.process("child", "return 1, 2, 3")
    assert lua.run('return process.exec("app:child", "app:host")') == 1


def test_the_end_of_the_main_coroutine_ends_the_others(lua):
    lua.process(
        "child",
        """
        local parent = ...
        coroutine.spawn(function()
            process.send(parent, "step", 1)
            require("time").sleep("30s")
            process.send(parent, "step", 2)
        end)
        return "done"
        """,
    )
    body = """
    local value = process.exec("app:child", "app:host", process.pid())
    local first = process.inbox():receive():payload():data()
    local r = channel.select{process.inbox():case_receive(), default = true}
    return {value, first, r.default}
    """
    assert lua.run(body) == ["done", 1, True]


def test_exec_gives_the_result_or_the_error(lua):
    lua.process("fine", "return {sum = select('#', ...)}")
    lua.process("bad", 'return nil, errors.new{message = "no", kind = errors.CONFLICT}')
    body = """
    local good = process.exec("app:fine", "app:host", 1, 2)
    local none, err = process.exec("app:bad", "app:host")
    return {good.sum, none == nil, err:kind()}
    """
    assert lua.run(body) == [2, True, Kind.CONFLICT]


def test_identity(lua):
    lua.process("child", "return {process.pid(), process.id()}")
    pid, source = lua.run('return process.exec("app:child", "app:host")')
    parsed = Pid.parse(pid)
    assert parsed is not None
    assert (parsed.host, source) == (HOST, "app:child")
    own = Pid.parse(lua.run("return process.pid()"))
    assert own is not None
    assert own.host.startswith("app:run")


@pytest.mark.parametrize(
    ("text", "pid"),
    [
        ("{app:host|0x00001}", Pid("", "app:host", "0x00001")),
        ("{node@app:host|0x1}", Pid("node", "app:host", "0x1")),
        ("{node@app:host|old|0x1}", Pid("node", "app:host", "0x1")),
        ("name", None),
        ("{app:host}", None),
        ("{a|b} ", None),
    ],
)
def test_pids_are_read_from_text(text, pid):
    assert Pid.parse(text) == pid
    if pid is not None and "old" not in text:
        assert str(pid) == text


def test_globals_are_not_shared(lua):
    lua.process("child", "counter = (counter or 0) + 1 return counter")
    body = """
    counter = 10
    local first = process.exec("app:child", "app:host")
    return {first, process.exec("app:child", "app:host"), counter}
    """
    assert lua.run(body) == [1, 1, 10]


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_work_wherever_a_pid_does_and_end_with_their_owner(lua):
    lua.process("named", 'process.registry.register("worker") return process.inbox():receive():payload():data()')
    body = """
    local pid = process.spawn("app:named", "app:host")
    require("time").sleep("1ms")
    local found = process.registry.lookup("worker")
    local monitored = process.monitor("worker")
    process.send("worker", "say", 5)
    local event = process.events():receive()
    local gone, err = process.registry.lookup("worker")
    return {found == pid, monitored, event.result.value, gone == nil, err:kind()}
    """
    assert lua.run(body) == [True, True, 5, True, Kind.NOT_FOUND]


def test_a_name_belongs_to_one_process(lua):
    lua.process("idle", "process.inbox():receive()")
    body = """
    local other = process.spawn("app:idle", "app:host")
    local seen = {}
    seen[1] = process.registry.register("n")
    seen[2] = process.registry.register("n", process.pid())
    local ok, err = process.registry.register("n", other)
    seen[3], seen[4] = ok == nil, err:kind()
    seen[5] = process.registry.unregister("n")
    seen[6] = process.registry.unregister("n")
    seen[7] = process.registry.register("n", other)
    process.terminate(other)
    return seen
    """
    assert lua.run(body) == [True, True, True, Kind.ALREADY_EXISTS, True, False, True]


# --- ending -----------------------------------------------------------------------------------------------------------


def test_a_process_can_end_itself(lua):
    lua.process("child", 'process.terminate(process.pid()) error("still here")')
    body = """
    local value, err = process.exec("app:child", "app:host")
    return {err:kind(), err:message()}
    """
    assert lua.run(body) == [Kind.INTERNAL, "process terminated"]


@pytest.mark.parametrize(
    "body",
    [
        "while true do end",
        "local t = {} while true do t[#t + 1] = tostring(#t) if #t > 100 then t = {} end end",
        "while true do pcall(error, 'x') end",
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        'local json = require("json") while true do json.encode({1, 2, 3}) end',
        "while true do coroutine.yield() end",
        "setmetatable({}, {__index = function() while true do end end}).x()",
        "table.sort({1, 2, 3}, function() while true do end end)",
        "process.inbox():receive()",
        'require("time").sleep("1h")',
        "coroutine.wrap(function() process.inbox():receive() end)()",
        "coroutine.spawn(function() while true do end end) process.inbox():receive()",
        "channel.select{}",
        "for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end",
        'process.exec("app:child", "app:host")',
    ],
)
def test_terminate_ends_whatever_a_process_does(lua, body):
    lua.process("child", body if "exec" not in body else "if ... then process.inbox():receive() end " + body)
    before = lua.node.processes.count()
    ended = lua.run(
        """
        local pid = process.spawn_monitored("app:child", "app:host")
        local time = require("time")
        time.sleep("30ms")
        process.terminate(pid)
        local r = channel.select{process.events():case_receive(), time.after("5s"):case_receive()}
        return type(r.value) == "table" and r.value.result.error:message()
        """
    )
    assert ended == "process terminated"
    if "exec" not in body:
        assert lua.node.processes.count() == before


def test_messages_to_an_ended_process_are_refused(lua):
    lua.process("child", "return 1")
    body = """
    local pid = process.spawn_monitored("app:child", "app:host")
    process.events():receive()
    local ok, err = process.send(pid, "late", 1)
    return {ok == nil, err:kind()}
    """
    assert lua.run(body) == [True, Kind.NOT_FOUND]


def test_failures_are_logged_with_the_stack_unless_forced(lua, caplog):
    caplog.set_level(logging.ERROR, "wippy.process")
    lua.process("bad", 'local function inner() error("boom") end inner()')
    lua.process("returns", 'return nil, "no"')
    lua.process("idle", "process.inbox():receive()")
    for name in ("bad", "returns", "idle"):
        process = lua.spawn(name)
        if name == "idle":
            process.terminate()
        process.completion.wait()
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 2
    assert "boom" in texts[0]
    assert "app:bad:2: in inner" in texts[0]
    assert texts[1] == "process app:returns failed: no"
    assert not any("Traceback" in text or ".py" in text for text in texts)


def test_a_killed_spawner_takes_the_half_started_process_along(lua):
    lua.add("slow", "process.lua", source='require("time").sleep("1h") return function() end', modules=["time"])
    lua.process("spawner", 'process.spawn("app:slow", "app:host")')
    spawner = lua.spawn("spawner")
    settle()
    assert lua.node.processes.count() == 2
    spawner.terminate()
    eventually(lambda: lua.node.processes.count() == 0)


def test_spawning_is_refused_while_the_host_stops(lua):
    lua.process("child", "process.events():receive()")
    lua.spawn("child")
    lua.node.supervisor.stop(lua.node.processes.hosts.copy().popitem()[0])
    with pytest.raises(Failure) as caught:
        lua.spawn("child")
    assert caught.value.kind == Kind.UNAVAILABLE
    assert lua.node.processes.count() == 0


def test_the_end_of_the_node_ends_what_is_left(lua):
    lua.function("hangs", "process.inbox():receive()")
    call = lua.node.functions.begin("app:hangs")
    settle()
    lua.node.stop()
    assert call.completion.outcome is not None
    assert call.completion.outcome.error is not None
