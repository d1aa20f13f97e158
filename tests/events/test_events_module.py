"""The module `events` and what the runtime tells on the bus."""

from __future__ import annotations

import logging
import threading

import pytest
from lua_node import HOST, LuaNode, code, entry, eventually, settle

from runtime.binding import Failure, Kind
from runtime.config import Config
from runtime.registry.change import Change


def listen(lua, system, kind="", count=1):
    """Start a process that hands over its first events when it has them, and give what to call for them."""
    name = f"listener{count}"
    lua.process(
        name,
        """
        local system, kind, count = ...
        local events = require("events")
        local sub = events.subscribe(system, kind ~= "" and kind or nil)
        local got = {}
        for i = 1, count do got[i] = sub:channel():receive() end
        sub:close()
        return got
        """,
        modules=["events"],
    )
    process = lua.spawn(name, system, kind, count)
    eventually(lambda: lua.node.events.count() == 1)

    def events():
        from runtime.binding import to_python

        outcome = process.completion.wait()
        assert outcome.error is None, outcome.error
        return to_python(outcome.value)

    return events


@pytest.fixture
def run_events(lua):
    def call(body):
        name = lua.function(f"f{id(body)}", body, modules=["events", "time", "registry"])
        from runtime.binding import to_python

        return to_python(lua.node.functions.call(name, timeout=20.0))

    return call


def test_an_event_arrives_with_all_its_fields(run_events):
    body = """
    local events = require("events")
    local sub = assert(events.subscribe("orders.*"))
    local channel = sub:channel()
    local sent = {total = 9.5, items = {1, 2}, nested = {name = "ä"}}
    assert(events.send("orders.eu", "order.created", "/orders/1", sent) == true)
    sent.total = 0
    events.send("invoices", "order.created", "/invoices/1")
    events.send("orders.us", "order.closed", "/orders/2")
    local first, second = channel:receive(), channel:receive()
    return {first.system, first.kind, first.path, first.data.total, first.data.items[2], first.data.nested.name,
            second.path, second.data == nil, channel == sub:channel(), tostring(sub)}
    """
    expected = ["orders.eu", "order.created", "/orders/1", 9.5, 2, "ä", "/orders/2", True, True]
    result = run_events(body)
    assert result[:-1] == expected
    assert "events.Subscription" in result[-1]


def test_kinds_filter_and_none_or_a_star_means_all(run_events):
    body = """
    local events = require("events")
    local subs = {events.subscribe("s", "a.b"), events.subscribe("s", "a.*"), events.subscribe("s", "*"),
                  events.subscribe("*")}
    for _, kind in ipairs({"a.b", "a.c", "b"}) do events.send("s", kind, "/") end
    local counts = {}
    for i, sub in ipairs(subs) do
        sub:close()
        counts[i] = 0
        for _ in function() return sub:channel():receive() end do counts[i] = counts[i] + 1 end
    end
    return counts
    """
    assert run_events(body) == [1, 2, 3, 3]


def test_each_subscriber_gets_a_copy_of_its_own(run_events):
    body = """
    local events = require("events")
    local one, two = events.subscribe("s"):channel(), events.subscribe("s"):channel()
    events.send("s", "k", "/", {list = {1}})
    local first = one:receive()
    first.data.list[1], first.kind = 99, "changed"
    local second = two:receive()
    return {second.data.list[1], second.kind}
    """
    assert run_events(body) == [1, "k"]


def test_closing_ends_it_and_may_be_repeated(run_events, lua):
    body = """
    local events = require("events")
    local sub = events.subscribe("s")
    events.send("s", "k", "/before")
    local closed = {sub:close(), sub:close()}
    events.send("s", "k", "/after")
    local first = sub:channel():receive()
    local value, ok = sub:channel():receive()
    return {closed[1], closed[2], first.path, value == nil, ok}
    """
    assert run_events(body) == [True, True, "/before", True, False]
    assert lua.node.events.count() == 0


def test_a_subscription_ends_with_its_process(lua):
    lua.process("p", 'require("events").subscribe("s") process.inbox():receive()', modules=["events"])
    process = lua.spawn("p")
    assert lua.node.events.count() == 1
    process.terminate()
    process.completion.wait()
    assert lua.node.events.count() == 0


def test_nothing_is_lost_however_many_wait(run_events):
    body = """
    local events = require("events")
    local sub = events.subscribe("s")
    for i = 1, 1000 do events.send("s", "k", "/" .. i) end
    for i = 1, 1000 do
        local event = sub:channel():receive()
        if event.path ~= "/" .. i then return event.path end
    end
    return "in order"
    """
    assert run_events(body) == "in order"


def test_what_is_missing_is_invalid(run_events):
    body = """
    local events = require("events")
    local kinds = {}
    for _, call in ipairs({
        function() return events.subscribe("") end, function() return events.send("", "k", "/") end,
        function() return events.send("s", "", "/") end, function() return events.send("s", "k", "") end,
    }) do
        local value, err = call()
        kinds[#kinds + 1] = tostring(value) .. " " .. err:kind() .. " " .. tostring(err:retryable())
    end
    kinds[5] = tostring(pcall(events.send, "s"))
    return kinds
    """
    assert run_events(body) == ["nil Invalid false"] * 4 + ["false"]


def test_policies_are_asked(run_events, lua):
    lua.node.decide = lambda context, action, resource, attributes: (
        (action, resource)
        not in (
            ("events.send", "secret"),
            ("events.subscribe", "secret"),
        )
    )
    body = """
    local events = require("events")
    local _, one = events.send("secret", "k", "/")
    local _, two = events.subscribe("secret")
    return {one:kind(), two:kind(), events.send("open", "k", "/")}
    """
    assert run_events(body) == ["Invalid", "Invalid", True]


# --- what the runtime tells -------------------------------------------------------------------------------------------


def test_a_change_of_the_registry_is_told(lua):
    events = listen(lua, "registry", count=8)
    lua.node.registry.apply(
        [
            Change.create(entry("f", "function.lua", **code("return 1", {}))),
            Change.create(entry("note", "registry.entry", text="not told")),
        ]
    )
    with pytest.raises(Failure):
        lua.node.registry.apply(
            [Change.create(entry("bad", "function.lua", source="return function() end", imports={"x": "app:none"}))]
        )
    told = events()
    assert [(event["kind"], event["path"]) for event in told] == [
        ("registry.begin", "v2"),
        ("entry.create", "app:f"),
        ("entry.accept", "app:f"),
        ("registry.commit", "v2"),
        ("registry.begin", "v3"),
        ("entry.create", "app:bad"),
        ("entry.accept", "app:bad"),
        ("registry.discard", "v3"),
    ]
    assert told[1]["data"]["kind"] == "function.lua"
    assert "app:none" in told[7]["data"]["error"]


def test_an_entry_is_there_when_its_event_comes(lua):
    lua.process(
        "watch",
        """
        local events, registry = require("events"), require("registry")
        local channel = events.subscribe("registry", "entry.*"):channel()
        local event = channel:receive()
        return registry.get(event.path) ~= nil
        """,
        modules=["events", "registry"],
    )
    watcher = lua.spawn("watch")
    settle()
    lua.function("f", "return 1")
    assert watcher.completion.wait().value is True


def test_services_tell_their_states(lua):
    events = listen(lua, "supervisor", count=2)
    lua.process("p", "process.inbox():receive()")
    lua.add("s", "process.service", process="app:p", host=HOST, lifecycle={"auto_start": True})
    starting, running = events()
    assert (starting["kind"], starting["path"], starting["data"]["status"]) == ("service.update", "app:s", "starting")
    assert running["data"]["status"] == running["data"]["desired"] == "running"
    assert running["data"]["retry_count"] == 0
    assert running["data"]["last_update"] > 1e18


@pytest.fixture
def logging_node(tmp_path):
    (tmp_path / ".wippy.yaml").write_text('version: "1.0"\nlogmanager: {stream_to_events: true, min_level: 1}\n')
    made = LuaNode(tmp_path)
    yield made
    made.close()


def test_log_records_become_events_where_that_is_asked_for(logging_node):
    lua = logging_node
    assert Config.load(lua.node.project.root).flag("logmanager.stream_to_events", default=False)
    events = listen(lua, "logs", "logs.entry", count=2)
    lua.run('require("logger"):named("shop"):warn("low stock", {item = "tea", left = 3}) require("logger"):info("no")')
    thread = threading.Thread(target=lambda: logging.getLogger("wippy.test").error("from %s", "a thread"))
    thread.start()
    thread.join()
    first, second = events()
    assert (first["path"], first["data"]["entry"]["message"]) == ("app.shop", "low stock")
    assert first["data"]["entry"]["level"] == 1
    fields = {field["key"]: (field["type"], field["string"], field["int"]) for field in first["data"]["fields"]}
    assert fields["item"] == ("string", "tea", 0)
    assert fields["left"] == ("int64", "", 3)
    assert (second["data"]["entry"]["message"], second["data"]["entry"]["level"]) == ("from a thread", 2)


def test_without_that_no_record_is_an_event(lua):
    heard = []
    lua.node.events.subscribe("logs", "", heard.append)
    logging.getLogger("wippy.test").error("x")
    settle()
    assert heard == []


def test_outside_of_a_process_nobody_can_subscribe(lua):
    from stdlib.events import module

    _, error = module.table().get("subscribe")("s")
    assert error.kind == Kind.INTERNAL
