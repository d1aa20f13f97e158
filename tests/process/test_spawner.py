"""The builder of `process.with_context` and `process.with_options` (documentation page lua/core/process)."""

from __future__ import annotations

import pytest

from runtime.binding import Kind, Module
from runtime.process import current
from runtime.process.context import Actor, Scope

probe = Module("probe")


@probe.function
def actor() -> Actor:
    return Actor()


@probe.function
def scope() -> Scope:
    return Anything()


@probe.function
def value(key: str) -> object:
    return current.context().values.get(key)


@probe.function
def acts() -> bool:
    context = current.context()
    return isinstance(context.actor, Actor) and isinstance(context.scope, Scope)


class Anything(Scope):
    """Allows all."""

    __slots__ = ()

    def evaluate(self, _actor, _action, _resource, _meta):
        return "allow"


@pytest.fixture
def node(lua):
    """Give a node with a module that shows the context of the running process."""
    lua.node.code.modules["probe"] = probe.table()
    lua.process("child", 'local p = require("probe") return {p.value("a"), p.value("b"), p.acts()}', modules=["probe"])
    return lua


def test_context_actor_and_scope_are_given_and_inherited(node):
    node.process("parent", 'return process.exec("app:child", "app:host")')
    node.function(
        "start",
        """
        local p = require("probe")
        local base = process.with_context{a = 1}
        local more = base:with_context{b = {2}}:with_actor(p.actor()):with_scope(p.scope())
        local plain = assert(base:exec("app:child", "app:host"))
        local full = assert(more:exec("app:parent", "app:host"))
        return {plain[1], plain[2] == nil, plain[3], full[1], full[2][1], full[3]}
        """,
        modules=["probe"],
    )
    assert node.run('return require("funcs").call("app:start")') == [1, True, False, 1, 2, True]


def test_context_values_are_copies(node):
    body = """
    local given = {1}
    local builder = process.with_context{a = given}
    given[1] = 2
    return builder:exec("app:child", "app:host")[1][1]
    """
    assert node.run(body) == 1


def test_every_way_to_start(lua):
    lua.process("child", 'local how = ... if how == "fail" then error("boom", 0) end return how')
    body = """
    process.set_options{trap_links = true}
    local builder = process.with_options{}
    local pids = {}
    pids[assert(builder:spawn("app:child", "app:host", "fail"))] = "plain"
    pids[assert(builder:spawn_monitored("app:child", "app:host", "x"))] = "monitored"
    pids[assert(builder:spawn_linked("app:child", "app:host", "fail"))] = "linked"
    pids[assert(builder:spawn_linked_monitored("app:child", "app:host", "fail"))] = "both"
    local seen = {}
    for i = 1, 4 do
        local event = process.events():receive()
        seen[#seen + 1] = pids[event.from] .. " " .. event.kind
    end
    table.sort(seen)
    return seen
    """
    assert lua.run(body) == [
        "both pid.exit",
        "both pid.link.down",
        "linked pid.link.down",
        "monitored pid.exit",
    ]


def test_a_taken_name_gets_the_messages_and_no_process_starts(lua):
    lua.process(
        "worker",
        """
        local inbox, seen = process.inbox(), {}
        for i = 1, 4 do
            local message = inbox:receive()
            seen[i] = message:topic() .. message:payload():data()
        end
        return seen
        """,
    )
    body = """
    local builder = process.with_options{}:with_name("only"):with_message("a", 1):with_message("b", 2)
    local first = assert(builder:spawn("app:worker", "app:host"))
    local second = assert(builder:spawn_monitored("app:worker", "app:host"))
    local event = process.events():receive()
    return {first == second, table.concat(event.result.value, " "), event.from == first,
        tostring(process.registry.lookup("only"))}
    """
    assert lua.run(body) == [True, "a1 b2 a1 b2", True, "nil"]


def test_first_messages_come_from_the_spawner_before_any_other(lua):
    lua.process("worker", "local m = process.inbox():receive() return {m:from(), m:payload():data()}")
    body = """
    local given = {1}
    local builder = process.with_options{}:with_message("a", given)
    given[1] = 2
    local got = builder:exec("app:worker", "app:host")
    return {got[1] == process.pid(), got[2][1]}
    """
    assert lua.run(body) == [True, 1]


def test_builders_are_immutable(lua):
    lua.process("worker", "return process.registry.lookup('taken') ~= nil")
    body = """
    local plain = process.with_options{}
    local named = plain:with_name("taken")
    return {plain ~= named, plain:exec("app:worker", "app:host"), named:exec("app:worker", "app:host")}
    """
    assert lua.run(body) == [True, False, True]


@pytest.mark.parametrize(
    "call",
    [
        'with_context{[1] = "x"}',
        "with_options{}:with_context{[{}] = 1}",
        "with_options{}:with_name('')",
        "with_options{}:with_name()",
        "with_options{}:with_message('@x', 1)",
        "with_options{}:with_message()",
        "with_options{}:spawn('nothing', 'app:host')",
        "with_options{}:spawn('app:x')",
    ],
)
def test_mistakes_in_the_arguments_are_raised(lua, call):
    assert lua.run(f"local ok, err = pcall(function() process.{call} end) return {{ok, err:kind()}}") == [
        False,
        Kind.INVALID,
    ]


@pytest.mark.parametrize("call", ["with_actor()", "with_actor('me')", "with_scope(process.inbox())", "with_context(1)"])
def test_values_of_the_wrong_type_are_raised(lua, call):
    assert lua.run(f"return (pcall(function() process.with_options{{}}:{call} end))") is False


def test_what_cannot_start_is_returned(lua):
    body = """
    local pid, err = process.with_options{}:spawn("app:none", "app:host")
    local _, host = process.with_options{}:spawn("app:none", "app:nowhere")
    local _, entry = process.with_options{}:exec("none", "app:host")
    return {tostring(pid), err:kind(), host:kind(), entry:kind()}
    """
    assert lua.run(body) == ["nil", Kind.NOT_FOUND, Kind.NOT_FOUND, Kind.INVALID]


def test_a_network_is_refused_rather_than_ignored(lua):
    body = 'local ok, err = pcall(process.with_options, {network = "app:tor"}) return {ok, err:kind()}'
    assert lua.run(body) == [False, Kind.UNAVAILABLE]
