"""The module `security`, token stores, and the context of calls, services and strict mode."""

import time

import pytest
from lua_node import eventually

from runtime.binding import Failure, to_python
from runtime.permissions import TokenStore
from runtime.process.access import strictly
from runtime.process.context import CallContext
from runtime.registry.entry import EntryId
from runtime.security.identity import Identity, PolicyScope

ALL = {"actions": "*", "resources": "*", "effect": "allow"}


@pytest.fixture
def policies(lua):
    lua.add("all", "security.policy", policy=ALL, groups=["staff"])
    lua.add("reads", "security.policy", policy={**ALL, "actions": ["read", "funcs.*", "security.policy.get"]})
    lua.add("none", "security.policy", policy={**ALL, "effect": "deny", "actions": "delete"})


@pytest.fixture
def tokens(lua):
    """Give a function that adds a token store `app:tokens` over a store in memory."""

    def add(**data):
        lua.add("kept", "store.memory")
        lua.add("tokens", "security.token_store", store="kept", **data)
        return lua.node.resources.get(EntryId("app", "tokens"))

    return add


def test_without_a_context(run):
    body = 'return security.actor(), security.scope(), security.can("read", "x")'
    assert run("security", body) == ["nil", "nil", False]


def test_actors(run):
    body = """
        local meta = {role = "admin", list = {1, 2}}
        local actor = security.new_actor("user:ü", meta)
        meta.role = "changed"
        actor:meta().role = "changed too"
        return actor:id(), actor:meta().role, actor:meta().list[2], next(security.new_actor("x"):meta()) == nil
    """
    assert run("security", body) == ["user:ü", "admin", 2, True]


def test_scopes_never_change(run, policies):
    body = """
        local empty = security.new_scope()
        local all, none = security.policy("app:all"), security.policy("app:none")
        local both = empty:with(all):with(none):with(all)
        local actor = security.new_actor("a")
        return #empty:policies(), #both:policies(), both:evaluate(actor, "delete", "x"),
            both:evaluate(actor, "read", "x"),
            both:without("app:none"):evaluate(actor, "delete", "x"), both:without(all):contains(all),
            both:contains({ns = "app", name = "all"}), empty:evaluate(actor, "read", "x"),
            security.new_scope({all}):policies()[1]:id(), #security.named_scope("app:staff"):policies()
    """
    assert run("security", body) == [0, 2, "deny", "allow", "allow", False, True, "undefined", "app:all", 1]


def test_what_is_not_there(run):
    body = """
        local _, policy = security.policy("app:nothing")
        local _, group = security.named_scope("app:nothing")
        local _, store = security.token_store("app:nothing")
        local _, unnamed = security.token_store("")
        local _, other = security.token_store("app:host")
        return policy, group, store, unnamed, other
    """
    assert run("security", body) == ["Internal", "Internal", "Internal", "Invalid", "Internal"]


def test_wrong_arguments_are_told(run):
    body = """
        local scope = security.new_scope()
        local told = {}
        for _, call in ipairs({
            function() scope:with("app:all") end,
            function() scope:without(3) end,
            function() scope:evaluate("me", "read", "x") end,
            function() security.can("read") end,
        }) do
            local ok, message = pcall(call)
            told[#told + 1] = not ok and string.match(tostring(message), "bad argument #(%d)")
        end
        return table.unpack(told)
    """
    assert run("security", body) == ["1", "1", "1", "2"]


def test_a_called_function_has_the_given_context(lua, run, policies):
    shown = """
        local security = require("security")
        local actor, scope = security.actor(), security.scope()
        return {actor = actor:id(), can = security.can("read", "x"), not_can = security.can("write", "x"),
            count = #scope:policies()}
    """
    lua.function("shown", shown, modules=["security"])
    body = """
        local scope = security.new_scope({(security.policy("app:reads"))})
        local found = funcs.new():with_actor(security.new_actor("me")):with_scope(scope):call("app:shown")
        return found.actor, found.can, found.not_can, found.count
    """
    assert run("security funcs", body) == ["me", True, False, 1]


def test_a_scope_limits_the_module_itself(lua, run, policies):
    tries = """
        local security = require("security")
        local _, policy = security.policy("app:all")
        local _, group = security.named_scope("app:staff")
        local made = pcall(security.new_actor, "root")
        local scope = pcall(security.new_scope)
        local more = pcall(security.scope().with, security.scope(), (security.policy("app:reads")))
        local store = pcall(security.token_store, "app:tokens")
        return {policy == nil, group:kind(), made, scope, more, store}
    """
    lua.function("tries", tries, modules=["security"])
    body = """
        local scope = security.new_scope({(security.policy("app:reads"))})
        local found = assert(funcs.new():with_actor(security.new_actor("me")):with_scope(scope):call("app:tries"))
        return table.unpack(found)
    """
    assert run("security funcs", body) == [True, "Invalid", False, False, False, False]


def test_tokens(run, policies, tokens):
    assert isinstance(tokens(token_key="secret"), TokenStore)
    body = """
        local store = security.token_store("app:tokens")
        local actor = security.new_actor("user:1", {role = "user", tags = {"a"}})
        local scope = security.named_scope("app:staff")
        local token = assert(store:create(actor, scope, {expiration = "7d", meta = {ip = "::1"}}))
        local who, what, err = store:validate(token)
        assert(err == nil)
        local forged = (token:gsub("%..*", ".AAAA"))
        local _, _, forgery = store:validate(forged)
        local _, _, unsigned = store:validate((token:gsub("%..*", "")))
        local _, unrevoked = store:revoke(forged)
        local revoked = store:revoke(token)
        local gone, _, after = store:validate(token)
        local _, again = store:revoke(token)
        return who:id(), who:meta().tags[1], what:contains("app:all"), forgery, unsigned, unrevoked, revoked,
            gone, after, again, store:close(), store:close(), select(3, store:validate(token)),
            select(2, store:create(actor, what))
    """
    wrong = "Internal"
    expected = ["user:1", "a", True, wrong, wrong, wrong, True, "nil", wrong, wrong, True, True, wrong, wrong]
    assert run("security", body) == expected


def test_tokens_expire(run, tokens):
    tokens(default_expiration="30ms")
    body = """
        local store = security.token_store("app:tokens")
        local actor, scope = security.new_actor("a"), security.new_scope()
        local usual, short = store:create(actor, scope), store:create(actor, scope, {expiration = 20})
        local long = store:create(actor, scope, {expiration = "1h"})
        local before = store:validate(short)
        time.sleep("60ms")
        local gone = store:validate(short) == nil and store:validate(usual) == nil
        return before ~= nil, gone, store:validate(long) ~= nil, #long
    """
    assert run("security time", body) == [True, True, True, 44]


@pytest.mark.parametrize("expiration", ["soon", "-1h", "", -5, float("inf"), True, "99999999999999999999d" * 20])
def test_an_expiration_that_is_no_time_is_invalid(run, tokens, expiration):
    tokens()
    body = """
        local store = security.token_store("app:tokens")
        return select(2, store:create(security.new_actor("a"), security.new_scope(), {expiration = ...}))
    """
    assert run("security", body, expiration) == ["Invalid"]


def test_a_policy_that_is_gone_is_left_out_of_a_token(lua, policies, tokens):
    store = tokens()
    scope = lua.node.policies.group(EntryId("app", "staff"))
    token = store.create(Identity("a", {}), scope, 0.0, {})
    lua.delete("all")
    assert store.validate(token)[1].members == []


@pytest.mark.parametrize("value", [None, 1, "text", [], {"actor_id": "root"}])
def test_other_things_in_the_store_are_no_tokens(lua, tokens, value):
    store = tokens()
    lua.node.resources.get(EntryId("app", "kept")).write("cached", value)
    with pytest.raises(Failure, match="not valid"):
        store.validate("cached")


def test_a_key_that_is_empty_is_refused(tokens):
    with pytest.raises(Failure, match="the key is empty"):
        tokens(token_key_env="NOT_SET_ANYWHERE")


def test_a_service_acts_as_its_lifecycle_says(lua, policies, caplog):
    body = """
        local security = require("security")
        local events = require("events")
        local actor = security.actor()
        events.send("who", "am", "i", {id = actor:id(), role = actor:meta().role, read = security.can("read", "x"),
            delete = security.can("delete", "x")})
        process.events():receive()
    """
    seen = []
    lua.node.events.subscribe("who", "*", lambda event: seen.append(event))
    lua.process("worker", body, modules=["security", "events"])
    actor = {"id": "service:w", "meta": {"role": "worker"}}
    security = {"actor": actor, "groups": ["staff", "nobody"], "policies": ["none"]}
    lifecycle = {"auto_start": True, "security": security}
    lua.add("service", "process.service", process="worker", host="host", lifecycle=lifecycle)
    eventually(lambda: bool(seen))
    assert to_python(seen[0].data) == {"id": "service:w", "role": "worker", "read": True, "delete": False}
    assert "there is no policy group app:nobody" in caplog.text


def test_strict_mode_denies_where_the_context_is_missing():
    actor = Identity("a", {})
    assert not strictly(CallContext(), "read", "x", {})
    assert not strictly(CallContext(actor=actor), "read", "x", {})
    assert not strictly(CallContext(actor=actor, scope=PolicyScope()), "read", "x", {})


def test_a_long_pattern_takes_no_long_time(lua, run):
    condition = {"field": "resource", "operator": "matches", "value": "^(a+)+$"}
    lua.add("p", "security.policy", policy={**ALL, "conditions": [condition]})
    begun = time.monotonic()
    body = 'return (security.policy("app:p"):evaluate(security.new_actor("a"), "x", string.rep("a", 5000) .. "!"))'
    assert run("security", body) == ["undefined"]
    assert time.monotonic() - begun < 5


WHO = """
    local security = require("security")
    local actor = security.actor()
    return {actor and actor:id() or "nobody", security.can("read", "x"), security.can("write", "x")}
"""
AS_READER = {"auto_start": True, "security": {"actor": {"id": "reader"}, "policies": ["reads"]}}


def test_a_consumer_works_with_the_identity_of_its_service(lua, policies):
    seen = []
    lua.node.events.subscribe("seen", "", lambda event: seen.append(to_python(event.data)))
    lua.add("driver", "queue.driver.memory")
    lua.add("jobs", "queue.queue", driver="driver")
    lua.function("who", WHO, modules=["security"])
    handler = "require('events').send('seen', 'told', '/', require('funcs').call('app:who'))"
    lua.add("allowed", "security.policy", policy={**ALL, "actions": ["funcs.call", "events.send"]})
    lua.function("handler", handler, modules=["events", "funcs"])
    life = {**AS_READER, "security": {**AS_READER["security"], "policies": ["reads", "allowed"]}}
    lua.add("consumer", "queue.consumer", queue="jobs", func="handler", lifecycle=life)
    body = "return require('queue').publish('app:jobs', 1)"
    lua.function("publishes", body, modules=["queue"])
    lua.node.functions.call("app:publishes", ())
    eventually(lambda: seen)
    assert seen == [["reader", True, False]]


def test_a_spawned_process_and_what_it_calls_have_the_identity_of_the_caller(lua, run, policies):
    lua.function("who", WHO, modules=["security"])
    lua.process("child", "return require('funcs').call('app:who')", modules=["funcs"])
    starts = "return process.exec('app:child', 'app:host')"
    lua.function("starts", starts)
    body = """
        local scope = security.new_scope({(security.policy("app:all"))})
        local found = funcs.new():with_actor(security.new_actor("me")):with_scope(scope):call("app:starts")
        return found[1], found[2]
    """
    assert run("security funcs", body) == ["me", True]
