"""`process.upgrade` and the event OUTDATED (documentation page lua/core/process, semantics 2.6)."""

from __future__ import annotations

from lua_node import code, entry, eventually, lua_greenlets, settle

from runtime.binding import Kind, to_python
from runtime.registry.change import Change

# Gives the value that a process ends with.
EXIT = """
local pid = ...
process.monitor(pid)
local result = process.events():receive().result
return result.value, result.error
"""


def test_the_pid_the_names_the_ties_and_the_messages_stay(lua):
    lua.process(
        "old",
        """
        process.registry.register("me")
        process.set_options{trap_links = true, upgradable = true}
        local inbox, news = process.inbox(), process.listen("news")
        process.send(..., "ready")
        inbox:receive()
        process.upgrade("app:new", {7}, print)
        error("never")
        """,
    )
    lua.process(
        "new",
        """
        local state, none = ...
        local options = process.get_options()
        local inbox, seen = process.inbox(), {state[1], none == nil, options.trap_links, options.upgradable}
        for i = 1, 3 do
            local message = inbox:receive()
            seen[#seen + 1] = message:topic() .. message:payload():data()
        end
        seen[#seen + 1] = process.id()
        seen[#seen + 1] = process.registry.lookup("me") == process.pid()
        return seen
        """,
    )
    body = """
    local pid = process.spawn_monitored("app:old", "app:host", process.pid())
    process.inbox():receive()
    process.send(pid, "go", 0)
    process.send(pid, "a", 1)
    process.send(pid, "news", 2)
    process.send(pid, "b", 3)
    local event = process.events():receive()
    assert(event.from == pid, "another process")
    return event.result.value
    """
    assert lua.run(body) == [7, True, False, False, "a1", "b3", "news2", "app:new", True]


def test_without_a_definition_the_present_form_of_the_same_one_begins(lua):
    old = 'local n = ... if not n then process.inbox():receive() process.upgrade(nil, 1) end return "old " .. n'
    lua.process("worker", old)
    lua.function("started", 'return process.spawn("app:worker", "app:host")')
    pid = lua.node.functions.call("app:started")
    lua.update("worker", "process.lua", **code('return "new " .. (...)', {}))
    lua.function("watch", 'process.send(..., "go")' + EXIT)
    assert lua.node.functions.call("app:watch", (pid,)) == "new 1"


def test_coroutines_and_timers_of_the_former_life_are_gone(lua):
    lua.process(
        "old",
        """
        local time = require("time")
        coroutine.spawn(function() time.sleep("5ms") process.send(process.pid(), "late", 1) end)
        local wrapped = coroutine.wrap(function() process.upgrade("app:new") end)
        pcall(wrapped)
        error("never")
        """,
    )
    lua.process(
        "new",
        """
        local deadline = require("time").after("30ms")
        local r = channel.select{process.inbox():case_receive(), deadline:case_receive()}
        return r.channel == deadline
        """,
    )
    before = lua_greenlets()
    assert lua.run('return process.exec("app:old", "app:host")') is True
    settle()
    assert lua_greenlets() == before


def test_a_coroutine_that_waits_for_a_thread_does_not_come_back(lua):
    lua.add("db", "db.sql.sqlite", file=":memory:", lifecycle={"auto_start": True})
    lua.process(
        "old",
        """
        local sql = require("sql")
        local db = assert(sql.get("app:db"))
        coroutine.spawn(function()
            for i = 1, 1000 do db:query("select 1") end
            process.send(process.pid(), "late", 1)
        end)
        process.upgrade("app:new")
        """,
        modules=["sql"],
    )
    lua.process(
        "new",
        """
        local deadline = require("time").after("50ms")
        local r = channel.select{process.inbox():case_receive(), deadline:case_receive()}
        return r.channel == deadline
        """,
    )
    assert lua.run('return process.exec("app:old", "app:host")') is True


def test_what_cannot_be_upgraded_to_ends_the_process_with_the_reason(lua, caplog):
    lua.process("none", 'process.upgrade("app:nothing")')
    lua.add("broken", "process.lua", source="error('broken', 0)")
    lua.process("fails", 'process.upgrade("app:broken")')
    body = """
    local _, missing = process.exec("app:none", "app:host")
    local _, broken = process.exec("app:fails", "app:host")
    return {missing:kind(), broken:message()}
    """
    assert lua.run(body) == [Kind.NOT_FOUND, "broken"]
    assert caplog.text.count("failed") == 2


def test_mistakes_leave_the_process_as_it_is(lua):
    lua.process("worker", 'local ok, err = process.upgrade("nothing") return err:kind()')
    assert lua.run('return process.exec("app:worker", "app:host")') == Kind.INVALID


def test_functions_cannot_be_upgraded(lua):
    assert lua.run("local ok, err = process.upgrade(nil) return err:kind()") == Kind.INVALID


def test_code_that_is_loaded_cannot_upgrade(lua):
    lua.add("body", "process.lua", source="local _, err = process.upgrade(nil) return function() return err:kind() end")
    assert lua.run('return process.exec("app:body", "app:host")') == Kind.INVALID
    assert lua.node.processes._loading == set()


def test_a_process_can_go_through_many_lives(lua):
    lua.process("worker", "local n = ... if n < 500 then process.upgrade(nil, n + 1) end return n")
    before = lua_greenlets()
    assert lua.run('return process.exec("app:worker", "app:host", 0)') == 500
    settle()
    assert lua_greenlets() == before


# --- OUTDATED -----------------------------------------------------------------------------------------------------


def _library(text):
    return {"source": f"return {{text = '{text}'}}"}


def _outdated(lua):
    """Add a library, one that imports it, and a process that imports that and gives the events it got on "stop"."""
    lua.add("base", "library.lua", **_library("one"))
    lua.add("middle", "library.lua", source="return base", imports={"base": "app:base"})
    lua.add("other", "library.lua", **_library("other"))
    body = """
    local willing = ...
    if willing then process.set_options{upgradable = true} end
    process.listen("stop"):receive()
    local seen = {}
    while true do
        local r = channel.select{process.events():case_receive(), default = true}
        if r.default then return seen end
        assert(r.value.kind == process.event.OUTDATED, r.value.kind)
        seen[#seen + 1] = table.concat(r.value.sources, " ")
    end
    """
    lua.process("worker", body, imports={"middle": "app:middle"})
    lua.function(
        "stop",
        'local pid = ... process.monitor(pid) process.send(pid, "stop") ' + EXIT.replace("process.monitor(pid)", ""),
    )


def _stop(lua, process):
    return to_python(lua.node.functions.call("app:stop", (str(process.pid),)))


def test_a_willing_process_hears_once_of_all_changes_it_has_not_read_of(lua):
    _outdated(lua)
    willing, other = lua.spawn("worker", True), lua.spawn("worker", False)
    settle()
    lua.update("other", "library.lua", **_library("more"))
    lua.update("middle", "library.lua", source="return {text = base.text}", imports={"base": "app:base"})
    lua.update("base", "library.lua", **_library("two"))
    assert _stop(lua, willing) == ["app:base app:middle app:worker"]
    assert _stop(lua, other) in ([], {})


def test_a_refused_change_is_no_news(lua):
    _outdated(lua)
    willing = lua.spawn("worker", True)
    settle()
    assert lua.failure(
        'local r = require("registry") local c = r.snapshot():changes() '
        'c:update{id = "app:base", kind = "library.lua", data = {source = "("}} local _, err = c:apply() error(err)'
    )
    assert _stop(lua, willing) in ([], {})


def test_reading_the_event_and_upgrading_gives_the_new_code(lua):
    lua.add("base", "library.lua", **_library("one"))
    body = """
    process.set_options{upgradable = true}
    local before = ...
    if before then return before .. " " .. base.text end
    assert(process.events():receive().kind == process.event.OUTDATED)
    process.upgrade(nil, base.text)
    """
    lua.process("worker", body, imports={"base": "app:base"})
    process = lua.spawn("worker")
    settle()
    lua.update("base", "library.lua", **_library("two"))
    eventually(lambda: process.finished)
    assert process.outcome.value == "one two"


def test_news_of_what_an_upgrade_has_brought_is_no_news(lua):
    lua.add("base", "library.lua", **_library("one"))
    body = """
    process.set_options{upgradable = true}
    if ... then
        return channel.select{process.events():case_receive(), default = true}.default and base.text
    end
    process.inbox():receive()
    process.upgrade(nil, 1)
    """
    lua.process("worker", body, imports={"base": "app:base"})
    process = lua.spawn("worker")
    settle()
    lua.update("base", "library.lua", **_library("two"))
    lua.run(f'process.send("{process.pid}", "go")')
    eventually(lambda: process.finished)
    assert process.outcome.value == "two"


def test_a_process_of_another_change_stays_quiet(lua):
    _outdated(lua)
    willing = lua.spawn("worker", True)
    settle()
    lua.node.registry.apply([Change.create(entry("data", "registry.entry", x=1))])
    assert _stop(lua, willing) in ([], {})
