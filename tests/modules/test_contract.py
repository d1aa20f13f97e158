"""Contracts: what entries may say, and the module `contract`."""

from typing import Any

import pytest
from lua_node import LuaNode, entry

from runtime.binding import Failure
from runtime.registry.change import Change

GREET = [{"name": "greet", "description": "Greets", "input_schemas": [{"format": "x", "definition": {"a": 1}}]}]
SEEN = """
    local ctx, security = require("ctx"), require("security")
    local values, actor = ctx.all(), security.actor()
    return {args = {...}, tenant = values.tenant, debug = values.debug, rate = values.rate, limit = values.limit,
        actor = actor and actor:id() or ""}
"""


@pytest.fixture
def greeter(lua: LuaNode) -> LuaNode:
    """Add a contract with one method, a function that tells what it got, and two bindings, one of them the default."""
    lua.add("greeter", "contract.definition", methods=GREET)
    lua.function("seen", SEEN, modules=["ctx", "security"])
    bound = {"contract": "greeter", "methods": {"greet": "seen"}}
    lua.add("polite", "contract.binding", contracts=[{**bound, "default": True}])
    lua.add("strict", "contract.binding", contracts=[{**bound, "context_required": ["tenant"]}])
    return lua


def run(lua: LuaNode, body: str) -> Any:
    lua.function(
        "user", f"local contract = require('contract')\n{body}", modules=["contract", "security", "funcs", "ctx"]
    )
    try:
        return lua.run("local value, err = require('funcs').call('app:user'); if err then error(err) end return value")
    finally:
        lua.delete("user")


def test_a_contract_is_told_about(greeter: LuaNode) -> None:
    body = """
        local c = contract.get("app:greeter")
        local m, schema = c:method("greet"), c:method("greet").input_schemas[1]
        return {c:id(), #c:methods(), c:methods()[1].name, m.description, m.output_schemas == nil, schema.format,
            schema.definition.a, c:implementations(), contract.find_implementations("app:greeter"),
            #contract.find_implementations("app:none")}
    """
    both = ["app:polite", "app:strict"]
    assert run(greeter, body) == ["app:greeter", 1, "greet", "Greets", True, "x", 1, both, both, 0]


def test_methods_are_called(greeter: LuaNode) -> None:
    body = """
        local polite = contract.open("app:polite")
        local now = polite:greet("a", nil, 3).args
        local future = polite:greet_async("b")
        local later = future:response():receive():data().args
        return {now[1], now[2] == nil, now[3], later[1], polite.nothing == nil, polite.nothing_async == nil,
            contract.is(polite, "app:greeter"), contract.is(polite, "app:seen"), contract.is(future, "app:greeter")}
    """
    assert run(greeter, body) == ["a", True, 3, "b", True, True, True, False, False]


def test_the_default_binding_is_opened(greeter: LuaNode) -> None:
    body = """
        local c = contract.get("app:greeter")
        return {c:open():greet("x").args[1], c:open(nil, {tenant = "t"}):greet().tenant,
            c:open("app:strict", {tenant = "s"}):greet().tenant}
    """
    assert run(greeter, body) == ["x", "t", "s"]


def test_context_comes_from_the_name_the_contract_and_the_call_in_this_order(greeter: LuaNode) -> None:
    body = """
        local query = "app:polite?tenant=query&debug=true&rate=2.5&limit=5"
        local named = contract.open(query):greet()
        local given = contract.open(query, {tenant = "call"}):greet()
        local c = contract.get("app:greeter"):with_context({tenant = "contract", debug = "kept"})
        local kept, over = c:open(query):greet(), c:open(query, {tenant = "call"}):greet()
        return {named.tenant, named.debug, named.rate, math.type(named.limit), given.tenant, given.limit, kept.tenant,
            kept.debug, over.tenant, over.debug, contract.open("app:polite?tenant=a%20b&tenant=c"):greet().tenant}
    """
    assert run(greeter, body) == [
        *("query", True, 2.5, "integer", "call", 5, "contract", "kept", "call", "kept", "a b")
    ]  # fmt: skip


def test_context_that_is_required_may_come_from_the_caller(greeter: LuaNode) -> None:
    inner = "return require('contract').open('app:strict'):greet().tenant"
    greeter.function("inner", inner, modules=["contract"])
    body = """
        local _, err = contract.open("app:strict"):greet()
        local inherited = require("funcs").new():with_context({tenant = "caller"}):call("app:inner")
        return {err:kind(), tostring(err):match("tenant"), inherited}
    """
    assert run(greeter, body) == ["Invalid", "tenant", "caller"]


def test_the_functions_act_as_whom_the_contract_names(greeter: LuaNode) -> None:
    greeter.add("all", "security.policy", policy={"actions": "*", "resources": "*", "effect": "allow"})
    body = """
        local security = require("security")
        local scope = security.new_scope({(security.policy("app:all"))})
        local c = contract.get("app:greeter")
        local acting = c:with_actor(security.new_actor("me")):with_scope(scope):open()
        return {acting:greet().actor, acting:greet_async():response():receive():data().actor, c:open():greet().actor}
    """
    assert run(greeter, body) == ["me", "me", ""]


def test_calls_are_made_again(lua: LuaNode) -> None:
    lua.add("flaky", "contract.definition", methods=[{"name": "call"}])
    lua.add("kept", "store.memory")
    body = """
        local s = require("store").get("app:kept")
        local count = (s:get("n") or 0) + 1
        s:set("n", count)
        if count < 3 then error(errors.new({message = "later", kind = errors.UNAVAILABLE, retryable = true})) end
        return count
    """
    lua.function("fails", body, modules=["store"])
    lua.add("impl", "contract.binding", contracts=[{"contract": "flaky", "methods": {"call": "fails"}}])
    body = """
        local options = {retry = {max_attempts = 5, initial_delay = 1}}
        local _, once = contract.open("app:impl"):call()
        local by_options = contract.get("app:flaky"):with_options(options):open("app:impl"):call()
        local direct = contract.open("app:impl", nil, options):call()
        local _, wrong = contract.open("app:impl", nil, {retry = 3})
        return {once:kind(), by_options, direct, wrong:kind()}
    """
    assert run(lua, body) == ["Unavailable", 3, 4, "Invalid"]


def test_what_is_not_there(greeter: LuaNode) -> None:
    greeter.add("orphan", "contract.definition", methods=[{"name": "x"}])
    greeter.add("dangling", "contract.binding", contracts=[{"contract": "orphan", "methods": {"x": "nowhere"}}])
    body = """
        local kinds = {}
        local function note(_, err) kinds[#kinds + 1] = err and err:kind() or "done" end
        note(contract.get(""))
        note(contract.get("app"))
        note(contract.get("app:none"))
        note(contract.open(""))
        note(contract.open("app:none"))
        note(contract.open("app:polite?a=%zz"))
        note(contract.get("app:orphan"):open())
        note(contract.get("app:greeter"):method("none"))
        note(contract.get("app:greeter"):method(""))
        note(contract.open("app:dangling"):x())
        kinds[#kinds + 1] = tostring(pcall(contract.is, {}, "app:greeter"))
        return kinds
    """
    assert run(greeter, body) == [
        *("Invalid", "Invalid", "NotFound", "Invalid", "NotFound", "Invalid", "NotFound", "NotFound", "Invalid"),
        *("NotFound", "false"),
    ]


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("contract.definition", {"methods": [{"name": ""}]}, "name is empty"),
        ("contract.definition", {"methods": [{"name": "a"}, {"name": "a"}]}, "second method 'a'"),
        (
            "contract.definition",
            {"methods": [{"name": "a", "output_schemas": [{"definition": {"type": "string"}}]}]},
            "methods.0.output_schemas.0.format",
        ),
        ("contract.binding", {"contracts": []}, "list is empty"),
        ("contract.binding", {"contracts": [{"contract": "none"}]}, "no contract app:none"),
        ("contract.binding", {"contracts": [{"contract": "greeter"}]}, "method 'greet' of app:greeter is not bound"),
        (
            "contract.binding",
            {"contracts": [{"contract": "greeter", "methods": {"greet": "seen", "sing": "seen"}}]},
            "no method 'sing'",
        ),
        (
            "contract.binding",
            {"contracts": [{"contract": "greeter", "methods": {"greet": "seen"}, "default": True}]},
            "default binding app:polite already",
        ),
    ],
)
def test_what_cannot_work_is_refused(greeter: LuaNode, kind: str, data: dict[str, Any], told: str) -> None:
    with pytest.raises(Failure, match=told):
        greeter.add("new", kind, **data)
    assert run(greeter, "return contract.open('app:polite'):greet('still').args[1]") == "still"


def test_both_sides_change_together_or_not_at_all(greeter: LuaNode) -> None:
    methods = [*GREET, {"name": "part"}]
    wider = entry("greeter", "contract.definition", methods=methods)
    with pytest.raises(Failure, match="method 'part' of app:greeter is not bound"):
        greeter.node.registry.apply([Change.update(wider)])
    with pytest.raises(Failure, match="no contract app:greeter"):
        greeter.delete("greeter")
    bound = {"contract": "greeter", "methods": {"greet": "seen", "part": "seen"}}
    bindings = [entry(name, "contract.binding", contracts=[bound]) for name in ("polite", "strict")]
    greeter.node.registry.apply([Change.update(each) for each in (wider, *bindings)])
    assert run(greeter, "return contract.open('app:polite'):part('now').args[1]") == "now"


def test_permissions(greeter: LuaNode) -> None:
    tries = """
        local contract = require("contract")
        local kinds = {}
        local function note(_, err) kinds[#kinds + 1] = err and err:kind() or "done" end
        note(contract.get("app:secret"))
        note(contract.open("app:strict"))
        note(contract.find_implementations("app:greeter"))
        local c = contract.get("app:greeter")
        note(c:implementations())
        note(c:open("app:strict"))
        note(c:with_context({a = 1}))
        local security = require("security")
        note(c:with_actor(security.actor()))
        note(c:with_scope(security.scope()))
        local instance = c:open()
        note(instance:greet())
        note(instance:greet_async())
        return kinds
    """
    greeter.function("tries", tries, modules=["contract", "security"])
    body = """
        local security = require("security")
        local scope = security.new_scope({(security.policy("app:some"))})
        return require("funcs").new():with_actor(security.new_actor("me")):with_scope(scope):call("app:tries")
    """
    some = {"actions": ["funcs.call", "contract.get", "contract.open"], "effect": "allow"}
    some["resources"] = ["app:tries", "app:greeter", "app:polite"]
    greeter.add("some", "security.policy", policy=some)
    assert run(greeter, body) == ["PermissionDenied"] * 10
    greeter.update("some", "security.policy", policy={"actions": "*", "resources": "*", "effect": "allow"})
    assert run(greeter, body) == ["NotFound"] + ["done"] * 7 + ["done"] * 2


def test_a_workflow_calls_through_a_contract(lua: LuaNode) -> None:
    lua.add("worker", "workflow.host", file="workflows.db", lifecycle={"auto_start": True})
    lua.function("greets", "return 'hello ' .. ...", meta={"temporal": {"activity": {"worker": "app:worker"}}})
    lua.add("greeter", "contract.definition", methods=[{"name": "greet"}])
    lua.add("polite", "contract.binding", contracts=[{"contract": "greeter", "methods": {"greet": "greets"}}])
    source = """
        local contract = require("contract")
        return function()
            local polite = contract.open("app:polite")
            local later = polite:greet_async("later")
            return {polite:greet("now"), later:response():receive():data()}
        end
    """
    meta = {"temporal": {"workflow": {"worker": "app:worker"}}}
    lua.add("flow", "workflow.lua", source=source, modules=["contract"], meta=meta)
    assert lua.run("return process.exec('app:flow', 'app:worker')") == ["hello now", "hello later"]
