"""A node made of entries given in Python, on which tests run Lua code."""

from __future__ import annotations

import gc
import itertools
import textwrap
from typing import TYPE_CHECKING, Any

import gevent
import pytest
from greenlet import greenlet

from runtime.binding import Failure, to_python
from runtime.config import Config
from runtime.lua.greenlets import attribute
from runtime.node import Node
from runtime.project import Project
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runtime.process.process import Process

MODULES = [
    "base64",
    "ctx",
    "eval_runner",
    "expr",
    "funcs",
    "hash",
    "io",
    "json",
    "logger",
    "registry",
    "system",
    "time",
    "uuid",
]
HOST = "app:host"
LIMIT = 20.0  # seconds after which a test that hangs fails


class LuaNode:
    """A running node with the process host `app:host`; everything else a test adds."""

    def __init__(self, directory: Path) -> None:
        (directory / "wippy.lock").write_text("directories: {src: ./src}\n")
        project = Project.find(directory)
        self.node = Node(project, Config.load(project.root))
        self._numbers = itertools.count(1)
        host = entry("host", "process.host", lifecycle={"auto_start": True})
        self.node.registry.load([host])
        self.node.start()

    def add(self, name: str, kind: str, **data: Any) -> str:
        """Add an entry `app:name` through the registry and give its id."""
        made = entry(name, kind, **data)
        self.node.registry.apply([Change.create(made)])
        return str(made.id)

    def update(self, name: str, kind: str, **data: Any) -> None:
        """Give an entry a new form."""
        self.node.registry.apply([Change.update(entry(name, kind, **data))])

    def delete(self, name: str) -> None:
        """Remove an entry."""
        self.node.registry.apply([Change.delete(EntryId("app", name))])

    def function(self, name: str, body: str, **data: Any) -> str:
        """Add a function whose body is given; `...` holds its arguments."""
        return self.add(name, "function.lua", **code(body, data))

    def process(self, name: str, body: str, **data: Any) -> str:
        """Add the code of a process whose body is given."""
        return self.add(name, "process.lua", **code(body, data))

    def run(self, body: str, *arguments: Any, timeout: float = LIMIT) -> Any:
        """Run the body of a function that is made for it, and give what it returns as plain data."""
        name = self.function(f"run{next(self._numbers)}", body)
        return to_python(self.node.functions.call(name, arguments, timeout=timeout))

    def failure(self, body: str) -> Failure:
        """Run a body that fails and give the failure."""
        with pytest.raises(Failure) as caught:
            self.run(body)
        return caught.value

    def spawn(self, name: str, *arguments: Any) -> Process:
        """Start a process that was added, from outside any process."""
        from runtime.process.context import EMPTY
        from runtime.process.processes import SpawnRequest

        return self.node.processes.spawn(SpawnRequest(EntryId("app", name), EntryId.parse(HOST), arguments, EMPTY))

    def close(self) -> None:
        """Stop the node."""
        self.node.stop()


def entry(name: str, kind: str, **data: Any) -> Entry:
    """Make an entry of the namespace `app`."""
    return Entry(EntryId("app", name), kind, data.pop("meta", {}), data)


def code(body: str, data: dict[str, Any]) -> dict[str, Any]:
    """Make the data of an entry that holds code; the body of a method, or the whole chunk as `source`."""
    source = textwrap.dedent(body)
    return {"source": f"return function(...)\n{source}\nend", "modules": MODULES, **data}


def settle() -> None:
    """Let everything go on that can, until only timers and the outside world are waited for."""
    for _ in range(20):
        gevent.sleep(0.001)


def eventually(condition: Callable[[], bool], seconds: float = LIMIT) -> None:
    """Wait until something holds."""
    with gevent.Timeout(seconds):
        while not condition():
            gevent.sleep(0.002)


def lua_greenlets() -> int:
    """Count the greenlets of Lua code that exist."""
    gc.collect()
    greenlets = [found for found in gc.get_objects() if isinstance(found, greenlet) and not found.dead]
    return sum(attribute(found, "strand") is not None for found in greenlets)


@pytest.fixture
def lua(tmp_path: Path) -> Iterator[LuaNode]:
    """Give a node of its own to a test."""
    made = LuaNode(tmp_path)
    yield made
    made.close()
