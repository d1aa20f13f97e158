"""Gives the tests of this folder a node with a queue `app:jobs` in memory."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_node import MODULES, lua  # noqa: F401
from places import mysql, postgres  # noqa: F401

from runtime.registry.entry import EntryId


class Jobs:
    """The node, its queue, and what the handlers have told in `seen`."""

    def __init__(self, lua):  # noqa: F811
        self.lua = lua
        lua.add("marks", "store.memory")
        lua.add("driver", "queue.driver.memory", lifecycle={"auto_start": True})
        lua.add("jobs", "queue.queue", driver="app:driver", driver_options={"memory": {"max_length": 3}})
        self.queue = lua.node.resources.get(EntryId("app", "jobs"))
        self.seen = []
        lua.node.events.subscribe("seen", "", lambda event: self.seen.append(event.data))

    def run(self, body, *arguments):
        """Run the body of a function that has the module as `queue`."""
        return self.lua.node.functions.call(self.function(body), arguments, timeout=20.0)

    def function(self, body, name=None):
        """Make a function that has `queue`, `marks`, a store, and `tell(value)` for the test to see."""
        name = name or f"part{self.lua.node.registry.version}"
        head = """
            local queue, events, time, funcs = require("queue"), require("events"), require("time"), require("funcs")
            local marks = require("store").get("app:marks")
            local function tell(value) events.send("seen", "told", "/", value) end
        """
        return self.lua.function(name, head + body, modules=[*MODULES, "queue", "events", "store"])

    def consume(self, body, *, func=None, queue="app:jobs", **data):
        """Start a consumer `app:consumer` whose handler has the given body."""
        func = func or self.function(body, "handler")
        lifecycle = {"auto_start": True, "stop_timeout": "2s", **data.pop("lifecycle", {})}
        self.lua.add("consumer", "queue.consumer", queue=queue, func=func, lifecycle=lifecycle, **data)

    def publish(self, *values):
        for value in values:
            assert self.run('return assert(queue.publish("app:jobs", ...))', value) is True


@pytest.fixture
def jobs(lua):  # noqa: F811
    return Jobs(lua)
