"""Code changes while the system runs (semantics 4.2, 5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import gevent
import pytest
from lua_node import HOST, entry, eventually

from runtime.binding import Failure, Kind, to_python
from runtime.registry.change import Change
from runtime.registry.entry import EntryId
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler


def source(body, **data):
    return {"source": f"return function(...)\n{body}\nend", **data}


def test_the_next_call_uses_the_new_code_and_one_under_way_finishes_on_the_old(lua):
    lua.add("f", "function.lua", **source('require("time").sleep("10ms") return "old"', modules=["time"]))
    running = lua.node.functions.begin("app:f")
    gevent.sleep(0.002)
    lua.update("f", "function.lua", **source('return "new"'))
    assert lua.node.functions.call("app:f") == "new"
    assert running.completion.wait().value == "old"


def test_code_that_does_not_compile_is_refused_with_its_place_and_the_old_stays(lua):
    lua.add("f", "function.lua", source="return function() return 1 end")
    with pytest.raises(Failure) as caught:
        lua.update("f", "function.lua", source="return function()\n  return 1 +\nend")
    assert "app:f:3:1" in str(caught.value)
    assert "^" in str(caught.value)
    assert lua.node.functions.call("app:f") == 1
    with pytest.raises(Failure):
        lua.add("g", "function.lua", source="x = = 1")
    with pytest.raises(Failure) as caught:
        lua.node.functions.call("app:g")
    assert caught.value.kind == Kind.NOT_FOUND


def test_a_refused_change_undoes_the_others_of_its_transaction(lua):
    lua.add("f", "function.lua", source="return function() return 1 end")
    changes = [
        Change.update(entry("f", "function.lua", source="return function() return 2 end")),
        Change.create(entry("g", "function.lua", source="return return")),
    ]
    with pytest.raises(Failure):
        lua.node.registry.apply(changes)
    assert lua.node.functions.call("app:f") == 1


def test_calls_learn_of_a_change_at_its_commit(lua, during):
    lua.function("changed", "return 'old'")
    lua.function("gone", "return 'there'")
    during.look = lambda: [outcome(lua, name) for name in ("changed", "gone", "new")]
    changes = [
        Change.update(entry("changed", "function.lua", **source("return 'new'"))),
        Change.delete(EntryId("app", "gone")),
        Change.create(entry("new", "function.lua", **source("return 'here'"))),
        Change.create(entry("z", "spy")),
    ]
    during.refuse = True
    with pytest.raises(Failure, match="refused by the spy"):
        lua.node.registry.apply(changes)
    assert during.look() == ["old", "there", Kind.NOT_FOUND]
    during.refuse = False
    lua.node.registry.apply(changes)
    assert during.seen == [["old", "there", Kind.NOT_FOUND]] * 2
    assert during.look() == ["new", Kind.NOT_FOUND, "here"]


def test_a_refused_change_keeps_the_instances_of_functions(lua, during):
    lua.function("counts", "count = (count or 0) + 1 return count")
    lua.node.functions.call("app:counts")
    during.refuse = True
    with pytest.raises(Failure, match="refused by the spy"):
        lua.node.registry.apply(
            [
                Change.update(entry("counts", "function.lua", **source("return 'new'"))),
                Change.create(entry("z", "spy")),
            ]
        )
    assert lua.node.functions.call("app:counts") == 2


def outcome(lua, name):
    try:
        return lua.node.functions.call(f"app:{name}")
    except Failure as failure:
        return failure.kind


@dataclass(frozen=True)
class Nothing:
    """A spy has no data."""


class Spy(KindHandler):
    """Looks at the system in the middle of a transaction."""

    kinds: ClassVar[tuple[str, ...]] = ("spy",)
    config: ClassVar[type] = Nothing
    refuse = False

    def __init__(self, node):
        super().__init__(node)
        self.seen = []
        self.look = list

    def create(self, entry, config):
        self.seen.append(gevent.spawn(self.look).get())
        if self.refuse:
            raise EntryError(entry, "", "refused by the spy")

    def update(self, old, new, config): ...

    def delete(self, entry): ...


@pytest.fixture
def during(lua):
    spy = Spy(lua.node)
    lua.node.registry.kinds.register(spy)
    return spy


def test_a_deleted_function_is_not_found(lua):
    lua.function("f", "return 1")
    lua.delete("f")
    with pytest.raises(Failure) as caught:
        lua.node.functions.call("app:f")
    assert caught.value.kind == Kind.NOT_FOUND
    assert "no handler registered for target: app:f" in str(caught.value)


def test_a_changed_library_reaches_whatever_imports_it(lua):
    lua.add("base", "library.lua", source="return {n = 1}")
    lua.add("middle", "library.lua", source="return {n = function() return base.n end}", imports={"base": "app:base"})
    imports = {"middle": "app:middle"}
    lua.add("f", "function.lua", imports=imports, **source("return middle.n()"))
    lua.add("p", "process.lua", imports=imports, **source("return middle.n()"))
    call = lua.node.functions.call
    assert call("app:f") == 1
    lua.update("base", "library.lua", source="return {n = 2}")
    assert call("app:f") == 2
    assert lua.spawn("p").completion.wait().value == 2


def test_a_running_process_keeps_its_code(lua):
    lua.process("p", 'local n = process.inbox():receive():payload():data() return "old" .. n')
    old = lua.spawn("p")
    lua.update("p", "process.lua", **source('return "new"'))
    assert lua.spawn("p").completion.wait().value == "new"
    lua.run(f'process.send("{old.pid}", "t", 5)')
    assert old.completion.wait().value == "old5"


def test_lua_code_changes_the_system(lua):
    lua.function("f", "return 1")
    body = """
    local registry, funcs = require("registry"), require("funcs")
    local seen = {funcs.call("app:f")}
    local function apply(method, what)
        local changes = registry.snapshot():changes()
        changes[method](changes, what)
        return changes:apply()
    end
    local new = {id = "app:f", kind = "function.lua", data = {source = "return function() return 2 end"}}
    assert(apply("update", new))
    seen[2] = funcs.call("app:f")
    new.data.source = "return return"
    local none, err = apply("update", new)
    seen[3], seen[4], seen[5] = none == nil, err:kind(), funcs.call("app:f")
    assert(apply("delete", "app:f"))
    none, err = funcs.call("app:f")
    seen[6] = err:kind()
    assert(apply("create", {id = "app:g", kind = "function.lua", data = {source = "return function() return 3 end"}}))
    seen[7] = funcs.call("app:g")
    return seen
    """
    assert lua.run(body) == [1, 2, True, Kind.INVALID, 2, Kind.NOT_FOUND, 3]


def test_a_change_brings_a_service_that_starts_by_itself(lua):
    body = """
    local changes = require("registry").snapshot():changes()
    local code = "return function() process.registry.register('newcomer') process.inbox():receive() end"
    changes:create{id = "app:p", kind = "process.lua", data = {source = code}}
    changes:create{
        id = "app:s", kind = "process.service",
        data = {process = "app:p", host = "app:host", lifecycle = {auto_start = true}},
    }
    return changes:apply() ~= nil
    """
    assert lua.run(body) is True
    eventually(lambda: lua.node.processes.names.lookup("newcomer") is not None)


def test_a_newcomer_that_cannot_start_is_logged_and_disturbs_nobody(lua, caplog):
    lua.add("p", "process.lua", source="error('no way')")
    lifecycle = {"auto_start": True}
    lua.add("s", "process.service", process="app:p", host=HOST, lifecycle=lifecycle)
    assert "service app:s did not start" in caplog.text
    assert "no way" in caplog.text
    assert lua.run("return 1") == 1


def test_no_call_fails_while_code_changes(lua):
    lua.add("f", "function.lua", **source('require("time").sleep("1ms") return 1', modules=["time"]))
    lua.process(
        "caller",
        """
        local funcs, failed, calls = require("funcs"), 0, 0
        while not channel.select{process.inbox():case_receive(), default = true}.value do
            local value, err = funcs.call("app:f")
            calls = calls + 1
            if err then failed = failed + 1 end
        end
        return {failed, calls > 10}
        """,
    )
    callers = [lua.spawn("caller") for _ in range(3)]
    for _ in range(20):
        lua.update("f", "function.lua", **source('require("time").sleep("1ms") return 2', modules=["time"]))
        gevent.sleep(0.004)
    for caller in callers:
        lua.run(f'process.send("{caller.pid}", "stop")')
        assert caller.completion.wait().value.array == [0, True]


# --- under load, and while a change takes its time --------------------------------------------------------------------


@dataclass(frozen=True)
class SlowConfig:
    refuse: bool = False


class Slow(KindHandler):
    """Waits in the middle of a transaction, as a server that starts would."""

    kinds: ClassVar[tuple[str, ...]] = ("slow",)
    config = SlowConfig

    def create(self, _entry, config):
        gevent.sleep(0.03)
        if config.refuse:
            raise Failure(Kind.UNAVAILABLE, "the slow one refuses")

    def update(self, _old, new, config):
        self.create(new, config)

    def delete(self, _entry):
        gevent.sleep(0.01)


CALLER = """
local funcs, seen, failed, calls = require("funcs"), {}, 0, 0
while not channel.select{process.inbox():case_receive(), default = true}.value do
    local value, err = funcs.call("app:f")
    calls = calls + 1
    if err then failed = failed + 1 else seen[value] = true end
end
return {seen, failed, calls > 10}
"""


@pytest.fixture
def load(lua):
    """Give a function that changes entries while others call `app:f`, and tells what those saw."""
    lua.node.registry.kinds.register(Slow(lua.node))
    lua.process("caller", CALLER)

    def during(change):
        callers = [lua.spawn("caller") for _ in range(3)]
        gevent.sleep(0.01)
        change()
        gevent.sleep(0.01)
        for caller in callers:
            lua.run(f'process.send("{caller.pid}", "stop")')
        seen = [to_python(caller.completion.wait().value) for caller in callers]
        assert [(failed, enough) for _, failed, enough in seen] == [(0, True)] * 3
        return {value for values, _, _ in seen for value in values}

    return during


def versioned(number):
    """Make a library and a function that each know their version, which must be the same."""
    return [
        entry("lib", "library.lua", source=f"return {{n = {number}}}"),
        entry("f", "function.lua", imports={"lib": "app:lib"}, **source(f'return lib.n .. "/{number}"')),
    ]


def test_code_that_changes_together_is_never_seen_half_changed(lua, load):
    lib, function = versioned(1)
    lua.node.registry.apply([Change.create(lib), Change.create(function)])

    def change():
        for number in range(2, 6):
            new_lib, new_function = versioned(number)
            slow = entry(f"slow{number}", "slow")
            lua.node.registry.apply([Change.update(new_lib), Change.create(slow), Change.update(new_function)])

    assert load(change) == {f"{number}/{number}" for number in range(1, 6)}


def test_a_change_that_is_refused_in_the_middle_is_never_seen(lua, load):
    lib, function = versioned(1)
    lua.node.registry.apply([Change.create(lib), Change.create(function)])

    def change():
        new_lib, new_function = versioned(2)
        slow = entry("slow", "slow", refuse=True)
        for _ in range(3):
            with pytest.raises(Failure, match="the slow one refuses"):
                lua.node.registry.apply([Change.update(new_lib), Change.create(slow), Change.update(new_function)])

    assert load(change) == {"1/1"}


def test_a_library_that_goes_with_its_last_user_is_there_until_both_go(lua, load):
    lib, function = versioned(1)
    lua.node.registry.apply([Change.create(lib), Change.create(function), Change.create(entry("slow", "slow"))])
    alone = entry("f", "function.lua", **source('return "alone"'))

    def change():
        lua.node.registry.apply([Change.delete(lib.id), Change.delete(entry("slow", "slow").id), Change.update(alone)])

    assert load(change) == {"1/1", "alone"}


def test_versions_go_back_and_forth_under_load(lua, load):
    for number in range(1, 4):
        make = Change.create if number == 1 else Change.update
        lua.node.registry.apply([make(made) for made in versioned(number)])
    newest = lua.node.registry.version

    def change():
        for back in (2, 1, 0, 2, 0):
            lua.node.registry.apply_version(newest - back)
            gevent.sleep(0.003)

    assert load(change) == {"1/1", "2/2", "3/3"}


def test_the_lifecycle_of_a_process_is_told_to_have_no_effect(lua, caplog):
    lua.process("worker", "return 1", lifecycle={"auto_start": True})
    assert "app:worker: 'lifecycle' has no effect on code; declare a process.service" in caplog.text
