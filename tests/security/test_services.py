"""What runs in a service acts with the identity and the rights of its `lifecycle.security`."""

from __future__ import annotations

import pytest
from falcon.testing import TestClient
from lua_node import eventually

from runtime.binding import to_python
from runtime.process.context import EMPTY
from runtime.process.processes import SpawnRequest
from runtime.registry.entry import EntryId

WHO = """
    local security = require("security")
    local actor = security.actor()
    local who = {id = actor:id(), role = actor:meta().role}
    who.read, who.write = security.can("read", "x"), security.can("write", "x")
"""
ALLOWED = ["read", "funcs.call", "events.send"]
MODULES = ["security", "events", "funcs"]
READER = {"id": "service:reader", "role": "reads", "read": True, "write": False}


@pytest.fixture
def lifecycle(lua):
    """Give the lifecycle of a service that may read."""
    lua.add("may_read", "security.policy", policy={"actions": ALLOWED, "resources": "*", "effect": "allow"})
    actor = {"id": "service:reader", "meta": {"role": "reads"}}
    return {"auto_start": True, "security": {"actor": actor, "policies": ["may_read"]}}


@pytest.fixture
def told(lua):
    """Collect what code tells by `events.send("who", "am", "i", who)`."""
    seen = []
    lua.node.events.subscribe("who", "", lambda event: seen.append(to_python(event.data)))
    return seen


TELL = WHO + 'require("events").send("who", "am", "i", who)'


def test_requests_of_a_server(lua, lifecycle):
    lua.function("inner", WHO + "return who", modules=MODULES)
    lua.function("who", 'return require("funcs").call("app:inner")', modules=MODULES)
    lua.add("gateway", "http.service", addr="127.0.0.1:0", lifecycle={**lifecycle, "auto_start": False})
    lua.add("api", "http.router", meta={"server": "gateway"}, prefix="/")
    lua.add("get", "http.endpoint", meta={"router": "api"}, method="GET", path="/who", func="who")
    client = TestClient(lua.node.http.application(EntryId("app", "gateway")))
    assert client.simulate_get("/who").json == READER
    everything = {"actions": [*ALLOWED, "write"], "resources": "*", "effect": "allow"}
    lua.update("may_read", "security.policy", policy=everything)
    assert client.simulate_get("/who").json["write"] is True  # policies are live


def test_a_token_goes_before_the_identity_of_the_server(lua, lifecycle):
    lua.function("who", WHO + "return who", modules=MODULES)
    lua.add("kept", "store.memory")
    lua.add("tokens", "security.token_store", store="app:kept", token_key="k" * 32)
    lua.add("gateway", "http.service", addr="127.0.0.1:0", lifecycle={**lifecycle, "auto_start": False})
    options = {"token_auth.store": "app:tokens"}
    lua.add("api", "http.router", meta={"server": "gateway"}, prefix="/", middleware=["token_auth"], options=options)
    lua.add("get", "http.endpoint", meta={"router": "api"}, method="GET", path="/who", func="who")
    make = """
        local security = require("security")
        local actor = security.new_actor("user:ada", {role = "user"})
        return security.token_store("app:tokens"):create(actor, security.new_scope())
    """
    token = lua.node.functions.call(lua.function("make", make, modules=MODULES))
    client = TestClient(lua.node.http.application(EntryId("app", "gateway")))
    assert client.simulate_get("/who").json["id"] == "service:reader"
    assert client.simulate_get("/who", headers={"Authorization": f"Bearer {token}"}).json["id"] == "user:ada"


def test_handlers_of_a_consumer(lua, lifecycle, told):
    lua.add("driver", "queue.driver.memory", lifecycle={"auto_start": True})
    lua.add("jobs", "queue.queue", driver="app:driver")
    lua.function("handler", TELL, modules=MODULES)
    lua.add("consumer", "queue.consumer", queue="app:jobs", func="app:handler", lifecycle=lifecycle)
    publish = lua.function("publish", 'return require("queue").publish("app:jobs", 1)', modules=["queue"])
    lua.node.functions.call(publish)
    eventually(lambda: bool(told))
    assert told == [READER]


def test_the_process_of_a_terminal(lua, lifecycle, told):
    lua.add("terminal", "terminal.host", lifecycle=lifecycle)
    lua.process("command", TELL, modules=MODULES)
    lua.node.processes.spawn(SpawnRequest(EntryId("app", "command"), EntryId("app", "terminal"), (), EMPTY))
    eventually(lambda: bool(told))
    assert told == [READER]
