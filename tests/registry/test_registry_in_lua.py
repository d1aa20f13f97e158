from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.binding import to_python
from runtime.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENTRIES = """
namespace: app
entries:
  - {name: f, kind: function.lua, modules: [registry], source: 'file://f.lua'}
  - {name: note, kind: registry.entry, meta: {type: note, level: 2}, text: héllo, list: [1, 2]}
  - {name: other, kind: registry.entry, meta: {type: other}}
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Run a function body with `registry` in scope, on a node of its own, and give what it returns."""
    nodes: list[Node] = []

    def call(body: str) -> Any:
        (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
        (tmp_path / "src").mkdir()
        (tmp_path / "src" / "_index.yaml").write_text(ENTRIES)
        (tmp_path / "src" / "f.lua").write_text(
            f'local registry = require("registry")\nreturn function()\n{body}\nend\n'
        )
        node = Node.boot(tmp_path)
        nodes.append(node)
        node.start()
        return to_python(node.functions.call("app:f"))

    yield call
    for node in nodes:
        node.stop()


def test_get_gives_a_copy(run: Callable[[str], Any]) -> None:
    body = """
    local entry = registry.get("app:note")
    entry.data.text = "changed"
    local again = registry.get("app:note")
    return {again.id, again.kind, again.meta.type, again.data.text, again.data.list[2]}
    """
    assert run(body) == ["app:note", "registry.entry", "note", "héllo", 2]


def test_a_missing_entry_is_a_pair(run: Callable[[str], Any]) -> None:
    body = """
    local entry, err = registry.get("app:nope")
    local _, bad = registry.get(5)
    return {entry == nil, err:kind(), err:message(), bad:kind()}
    """
    assert run(body) == [True, "NotFound", "entry not found: app:nope", "Invalid"]


def test_find_and_its_operators(run: Callable[[str], Any]) -> None:
    body = """
    local found = registry.find({[".kind"] = "registry.*", ["meta.level"] = 2.0})
    local all = registry.find({[".ns"] = "app"})
    local _, err = registry.find({["~meta.type"] = "("})
    return {#found, found[1].id, #all, all[1].id, err:kind(), #registry.find({[".kind"] = "none"})}
    """
    assert run(body) == [1, "app:note", 3, "app:f", "Invalid", 0]


def test_ids_are_split(run: Callable[[str], Any]) -> None:
    body = """
    local id, bare = registry.parse_id("a.b:c:d"), registry.parse_id("x")
    return {id.ns, id.name, bare.ns, bare.name}
    """
    assert run(body) == ["a.b", "c:d", "", "x"]


def test_snapshots_do_not_change(run: Callable[[str], Any]) -> None:
    body = """
    local before = registry.snapshot()
    assert(before:changes():delete("app:other"):apply())
    local after = registry.snapshot()
    local _, err = after:get("app:other")
    return {#before:entries(), #after:entries(), before:get("app:other").id, err:kind(), before:version():id(),
            after:version():id(), #before:namespace("app"), #after:find({["meta.type"] = "note"}), tostring(before)}
    """
    assert run(body) == [3, 2, "app:other", "NotFound", 0, 1, 3, 1, "Snapshot(version 0, 3 entries)"]


def test_changes_are_applied_together(run: Callable[[str], Any]) -> None:
    body = """
    local changes = registry.snapshot():changes()
    changes:create({id = "new:a", kind = "registry.entry", meta = {type = "x"}, data = {n = 1, list = {1, 2}}})
    changes:update({id = {ns = "app", name = "note"}, kind = "registry.entry", data = {text = "two"}})
    changes:delete({ns = "app", name = "other"})
    local ops = changes:ops()
    local version = assert(changes:apply())
    return {ops[1].kind, ops[2].entry.id, ops[3].kind, #ops, version:id(), version:string(), tostring(version),
            version:previous():id(), version:next() == nil, registry.current_version():id(),
            registry.get("new:a").data.list[2], registry.get("app:note").data.text,
            registry.get("app:note").meta.type == nil}
    """
    expected = ["entry.create", "app:note", "entry.delete", 3, 1, "v1", "Version(1)", 0, True, 1, 2, "two", True]
    assert run(body) == expected


def test_refused_changes_leave_all_as_it_was(run: Callable[[str], Any]) -> None:
    body = """
    local function try(build)
        local changes = registry.snapshot():changes()
        build(changes)
        local version, err = changes:apply()
        assert(version == nil)
        return err:kind() .. ": " .. err:message()
    end
    return {
        try(function(c) end),
        try(function(c) c:create({id = "app:note", kind = "registry.entry", data = {}}) end),
        try(function(c) c:delete("app:other"):delete("app:nope") end),
        try(function(c) c:create({id = "app:x", kind = "functoin.lua", data = {source = "return 1"}}) end),
        try(function(c) c:create({id = "app:x", kind = "registry.entry"}) end),
        #registry.snapshot():entries(),
        registry.current_version():id(),
    }
    """
    assert run(body) == [
        "Invalid: there are no changes to apply",
        "Invalid: cannot create entry app:note: it exists already; use update",
        "Invalid: cannot delete entry app:nope: it does not exist",
        "Invalid: app:x: 'kind': no such kind: functoin.lua; did you mean function.lua?",
        "Invalid: cannot create entry app:x: configuration data is required; give it `data`",
        3,
        0,
    ]


def test_bad_arguments_of_changes_are_pairs(run: Callable[[str], Any]) -> None:
    body = """
    local changes = registry.snapshot():changes()
    local found = {}
    for _, entry in ipairs({5, {kind = "k"}, {id = "a:b"}, {id = "a:", kind = "k"}}) do
        local made, err = changes:create(entry)
        found[#found + 1] = tostring(made) .. " " .. err:kind()
    end
    return found
    """
    assert run(body) == ["nil Invalid"] * 4


def test_new_code_runs_at_once(run: Callable[[str], Any]) -> None:
    body = """
    local changes = registry.snapshot():changes()
    changes:create({id = "app:fresh", kind = "function.lua", data = {source = "return function() return 42 end"}})
    changes:apply()
    return registry.get("app:fresh").kind
    """
    assert run(body) == "function.lua"
