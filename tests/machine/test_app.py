"""The application in `app`: a test in Lua for every documented function of processes, channels and functions."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from runtime.lua.args import is_function
from runtime.node import Node
from runtime.registry.document import parse_yaml

APP = Path(__file__).parent / "app"
ENTRIES = parse_yaml((APP / "src" / "_index.yaml").read_text()).value["entries"]
TESTS = [entry for entry in ENTRIES if entry.get("meta", {}).get("type") == "test"]
MODULES = ("process", "channel", "funcs", "payload")
GLOBALS = {"subscribe", "unsubscribe", "coroutine.spawn"}
# They take what only a security module makes: see tests/process/test_spawner.py and tests/functions/test_calls.py.
ELSEWHERE = {
    f"{owner}:{name}" for owner in ("process.Spawner", "funcs.Executor") for name in ("with_actor", "with_scope")
}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    directory = tmp_path_factory.mktemp("app")
    (directory / "wippy.lock").write_text(f"directories: {{src: {APP / 'src'}}}\n")
    made = Node.boot(directory)
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("name", [entry["name"] for entry in TESTS])
def test_in_lua(node, name):
    node.functions.call(f"app:{name}", timeout=20)
    node.functions.call(f"app:{name}", timeout=20)  # on the same instance


def documented() -> set[str]:
    """List what the modules declare: functions as `module.name`, methods as `class:name`."""
    found = set(GLOBALS)
    for module_name in MODULES:
        declared = importlib.import_module(f"stdlib.{module_name}")
        found |= _functions(declared.module.table(), module_name)
        classes = [value for value in vars(declared).values() if isinstance(value, type) and _is_ours(value)]
        found |= {f"{made.lua_name}:{method}" for made in classes for method in made.lua_methods}
    return found


def _is_ours(value: type) -> bool:
    return value.__module__.startswith(("stdlib.", "runtime.process.")) and bool(vars(value).get("lua_methods"))


def _functions(table, path: str) -> set[str]:
    found = set()
    for key, value in table.items():
        if is_function(value):
            found.add(f"{path}.{key}")
        elif hasattr(value, "items"):
            found |= _functions(value, f"{path}.{key}")
    return found


def test_every_documented_function_has_a_test():
    covered = {name for entry in TESTS for name in entry["meta"]["covers"]}
    assert documented() - ELSEWHERE == covered
