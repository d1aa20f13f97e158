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
        note(process.terminate(process.pid()))
        note(process.monitor(process.pid()))
        note(process.registry.register("me"))
        return kinds
    """
    assert limited(body) == [["PermissionDenied"] * 6]
