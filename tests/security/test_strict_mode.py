"""`security.strict_mode` of the configuration, in a whole node."""

import pytest
from lua_node import LuaNode

from runtime.binding import to_python
from runtime.registry.entry import EntryId
from runtime.supervisor.lifecycle import Security

MODULES = ["security"]


@pytest.fixture
def node(tmp_path):
    (tmp_path / ".wippy.yaml").write_text('version: "1.0"\nsecurity: {strict_mode: true}\n')
    made = LuaNode(tmp_path)
    yield made
    made.close()


def test_code_without_a_context_may_do_nothing(node):
    node.function("tries", "local ok = pcall(require('security').new_actor, 'root') return ok", modules=MODULES)
    assert node.node.functions.call("app:tries", ()) is False


def test_a_service_with_policies_may_do_what_they_allow(node):
    policy = {"actions": "security.actor.create", "resources": "user:*", "effect": "allow"}
    node.add("makes", "security.policy", policy=policy)
    context = node.node.policies.context(Security(policies=("makes",)), EntryId("app", "service"))
    body = """
        local new_actor = require("security").new_actor
        return {(pcall(new_actor, "user:1")), (pcall(new_actor, "root"))}
    """
    node.function("tries", body, modules=MODULES)
    assert to_python(node.node.functions.call("app:tries", (), context)) == [True, False]
