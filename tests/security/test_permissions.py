"""What limited code may not do with functions and processes, and what it may."""

import pytest

LIMITED = """
    local actor = security.new_actor("somebody")
    local scope = security.new_scope({{security.policy("app:some")}})
    return funcs.new():with_actor(actor):with_scope(scope):call("app:limited")
"""


@pytest.fixture
def limited(lua, run):
    """Give a function that runs a body as somebody who may do some things only."""
    allowed = ["funcs.call", "process.spawn", "process.host", "process.send"]
    policy = {"actions": allowed, "resources": ["app:limited", "app:open", "app:host"], "effect": "allow"}
    lua.add("some", "security.policy", policy=policy)
    lua.function("open", "return 'open'")
    lua.function("closed", "return 'closed'")
    lua.process("open_process", "process.inbox():receive()")

    def run_limited(body):
        lua.function(
            "limited", f"local funcs, security = require('funcs'), require('security') {body}", modules=MODULES
        )
        return run("security funcs", LIMITED.replace("{{", "{").replace("}}", "}"))

    return run_limited


MODULES = ["funcs", "security"]


def test_only_allowed_functions_are_called(limited):
    body = """
        local value = funcs.call("app:open")
        local _, refused = funcs.call("app:closed")
        local _, later = funcs.async("app:closed")
        return {value, refused:kind(), later:kind()}
    """
    assert limited(body) == [["open", "PermissionDenied", "PermissionDenied"]]


def test_nobody_hands_on_rights_that_he_has_not(limited):
    body = """
        local _, context = funcs.new():with_context({a = 1})
        local _, scope = funcs.new():with_scope(security.scope())
        local ok, raised = pcall(process.with_context, {a = 1})
        return {context:kind(), scope:kind(), ok, tostring(raised):find("not allowed") ~= nil}
    """
    assert limited(body) == [["PermissionDenied", "PermissionDenied", False, True]]


def test_processes_are_out_of_reach(limited):
    body = """
        local kinds = {}
        local function note(_, err) kinds[#kinds + 1] = err and err:kind() or "done" end
        note(process.spawn("app:open_process", "app:host"))
        note(process.exec("app:open_process", "app:host"))
        note(process.send(process.pid(), "topic", 1))
        for _, action in ipairs{"terminate", "cancel", "monitor", "unmonitor", "link", "unlink"} do
            note(process[action](process.pid()))
        end
        note(process.registry.register("me"))
        note(process.registry.unregister("me"))
        return kinds
    """
    assert limited(body) == [["PermissionDenied"] * 11]


def test_each_action_on_a_process_is_a_right_of_its_own(lua, run):
    for action in ("cancel", "link", "unlink", "monitor", "unmonitor"):
        policy = {"actions": f"process.{action}", "resources": "*", "effect": "allow"}
        lua.add(f"may_{action}", "security.policy", policy=policy)
    lua.process("other", "process.inbox():receive()")
    lua.function("act", "local action, pid = ... return process[action](pid)", modules=[])
    body = """
        local other = process.spawn("app:other", "app:host")
        local outcome = {}
        for _, action in ipairs{"monitor", "unmonitor", "link", "unlink", "cancel"} do
            local scope = security.new_scope{(security.policy("app:may_" .. action))}
            local limited = funcs.new():with_actor(security.new_actor("somebody")):with_scope(scope)
            outcome[#outcome + 1] = limited:call("app:act", action, other)
            local _, err = limited:call("app:act", "terminate", other)
            outcome[#outcome + 1] = err:message() == "not allowed: " .. other .. " (process.terminate)"
        end
        return outcome
    """
    assert run("security funcs", body) == [[True] * 10]


def test_to_execute_takes_no_right_to_spawn(lua, run):
    policy = {"actions": ["process.exec", "process.host"], "resources": ["app:other", "app:host"], "effect": "allow"}
    lua.add("some", "security.policy", policy=policy)
    lua.process("other", "return 'done'")
    lua.function("act", "return process.exec('app:other', 'app:host')", modules=[])
    body = """
        local scope = security.new_scope{(security.policy("app:some"))}
        return funcs.new():with_actor(security.new_actor("somebody")):with_scope(scope):call("app:act")
    """
    assert run("security funcs", body) == ["done"]


def test_policies_may_ask_for_the_pid(lua, run):
    own = {"field": "resource", "operator": "eq", "value_from": "meta.pid"}
    policy = {"actions": "process.send", "resources": "*", "effect": "allow", "conditions": [own]}
    lua.add("to_itself", "security.policy", policy=policy)
    lua.function("act", "local to = ... return process.send(to or process.pid(), 'topic')", modules=[])
    body = """
        local scope = security.new_scope{(security.policy("app:to_itself"))}
        local limited = funcs.new():with_actor(security.new_actor("somebody")):with_scope(scope)
        local _, refused = limited:call("app:act", process.pid())
        return limited:call("app:act"), refused
    """
    assert run("security funcs", body) == [True, "PermissionDenied"]
