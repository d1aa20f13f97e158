"""The application in `app`: a test in Lua for every documented function of the machine and of its modules."""

from __future__ import annotations

import importlib
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.lua.args import is_function
from runtime.lua.errorlib import library as errorlib
from runtime.lua.errors import Error
from runtime.node import Node
from runtime.registry.document import parse_yaml

APP = Path(__file__).parent / "app"
MODULES = (
    *("channel", "ctx", "env", "eval_runner", "events", "expr", "funcs", "io", "json", "logger"),
    *("payload", "process", "registry", "system", "time", "uuid"),
)
GLOBALS = {"subscribe", "unsubscribe", "coroutine.spawn"}
# They take what only a security module makes: see tests/process/test_spawner.py and tests/functions/test_calls.py.
ELSEWHERE = {
    f"{owner}:{name}" for owner in ("process.Spawner", "funcs.Executor") for name in ("with_actor", "with_scope")
}


def _tests() -> dict[str, tuple[Path, list[str]]]:
    """Give the source of each test, and what it covers, by the id of its entry."""
    found = {}
    for index in sorted(APP.rglob("_index.yaml")):
        document = parse_yaml(index.read_text()).value
        for entry in document["entries"]:
            if entry.get("meta", {}).get("type") == "test":
                source = index.parent / entry["source"].removeprefix("file://")
                found[f"{document['namespace']}:{entry['name']}"] = (source, entry["meta"]["covers"])
    return found


TESTS = _tests()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    directory = tmp_path_factory.mktemp("app")
    (directory / "wippy.lock").write_text(f"directories: {{src: {APP / 'src'}}}\n")
    return directory


@pytest.fixture(scope="module")
def node(project):
    made = Node.boot(project)
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("name", TESTS)
def test_in_lua(node, name):
    node.functions.call(name, timeout=20)
    node.functions.call(name, timeout=20)  # on the same instance


def test_the_exit_code_is_that_of_system_exit(node):
    node.exit_code = 0
    node.functions.call("app.modules:test.system", timeout=20)
    assert node.exit_code == 3
    assert node.ending.is_set()


def test_what_the_logger_writes(node, caplog):
    with caplog.at_level(logging.DEBUG, "wippy.app"):
        node.functions.call("app.modules:test.logger", timeout=20)
    records = [(record.levelname, record.getMessage(), record.topic, record.fields) for record in caplog.records]
    assert records == [
        ("DEBUG", "in detail", "", {"n": 1}),
        ("INFO", "as usual", "", {"n": 2, "list": [1]}),
        ("WARNING", "look here", "", {}),
        ("ERROR", "that failed", "", {"reason": "none"}),
        ("DEBUG", "child in detail", "", {"request": "r1"}),
        ("INFO", "child as usual", "", {"request": "r1", "n": 3}),
        ("WARNING", "child looks", "", {"request": "r1"}),
        ("ERROR", "child failed", "", {"request": "r1"}),
        ("INFO", "named", "shop.till", {"till": 1}),
    ]
    assert {record.location for record in caplog.records if record.getMessage() == "look here"} == {
        "app.modules:test.logger:8"
    }


def test_a_conversation_on_a_terminal(project):
    command = [sys.executable, "-m", "runtime.cli.main", "run", "-x", "app.modules:conversation", "one", "two"]
    done = subprocess.run(command, cwd=project, input="ada\nabcdef\n", capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("name? 1nilhello\tada\t2\n", "to\tstderr\n", 7)


def documented() -> set[str]:
    """List what the modules declare: functions as `module.name`, methods as `class:name`."""
    found = GLOBALS | _functions(errorlib(), "errors") | {f"error:{method}" for method in Error.lua_methods}
    for module_name in MODULES:
        declared = importlib.import_module(f"stdlib.{module_name}")
        found |= _functions(declared.module.table(), module_name)
        classes = [value for value in vars(declared).values() if isinstance(value, type) and _is_ours(value)]
        found |= {f"{made.lua_name}:{method}" for made in classes for method in made.lua_methods}
    return found


def _is_ours(value: type) -> bool:
    return value.__module__.startswith(("stdlib.", "runtime.")) and bool(vars(value).get("lua_methods"))


def _functions(table, path: str) -> set[str]:
    found = set()
    for key, value in table.items():
        if is_function(value):
            found.add(f"{path}.{key}")
        elif hasattr(value, "items"):
            found |= _functions(value, f"{path}.{key}")
    return found


def test_every_documented_function_has_a_test():
    covered = {name for _, covers in TESTS.values() for name in covers}
    assert documented() - ELSEWHERE == covered


@pytest.mark.parametrize("name", TESTS)
def test_a_test_names_what_it_says_it_covers(name):
    source, covers = TESTS[name]
    words = set(re.findall(r"\w+", source.read_text()))
    assert {covered for covered in covers if re.split(r"[.:]", covered)[-1] not in words} == set()
