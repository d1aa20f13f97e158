from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.binding import Failure, Kind, to_python
from runtime.code.kinds import LuaKind
from runtime.node import Node
from runtime.process.access import Decide, by_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENTRIES = """
namespace: app
entries:
  - {name: f, kind: function.lua, modules: [registry, funcs], source: 'file://f.lua'}
  - {name: note, kind: registry.entry, meta: {type: note, level: 2}, text: héllo, list: [1, 2]}
  - {name: other, kind: registry.entry, meta: {type: other}}
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Run a function body with `registry` in scope, on a node of its own, and give what it returns."""
    nodes: list[Node] = []

    def call(body: str, decide: Decide = by_scope) -> Any:
        (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
        (tmp_path / "src").mkdir()
        (tmp_path / "src" / "_index.yaml").write_text(ENTRIES)
        (tmp_path / "src" / "f.lua").write_text(
            f'local registry = require("registry")\nreturn function()\n{body}\nend\n'
        )
        node = Node.boot(tmp_path)
        nodes.append(node)
        node.start()
        node.decide = decide
        return to_python(node.functions.call("app:f"))

    yield call
    for node in nodes:
        node.stop()


def test_get_gives_a_copy(run: Callable[..., Any]) -> None:
    body = """
    local entry = registry.get("app:note")
    entry.data.text = "changed"
    local again = registry.get("app:note")
    return {again.id, again.kind, again.meta.type, again.data.text, again.data.list[2]}
    """
    assert run(body) == ["app:note", "registry.entry", "note", "héllo", 2]


def test_a_missing_entry_is_a_pair(run: Callable[..., Any]) -> None:
    body = """
    local entry, err = registry.get("app:nope")
    local _, bad = registry.get(5)
    return {entry == nil, err:kind(), err:message(), bad:kind()}
    """
    assert run(body) == [True, "NotFound", "entry not found: app:nope", "Invalid"]


def test_find_and_its_operators(run: Callable[..., Any]) -> None:
    body = """
    local found = registry.find({[".kind"] = "registry.*", ["meta.level"] = 2.0})
    local all = registry.find({[".ns"] = "app"})
    local _, err = registry.find({["~meta.type"] = "("})
    return {#found, found[1].id, #all, all[1].id, err:kind(), #registry.find({[".kind"] = "none"})}
    """
    assert run(body) == [1, "app:note", 3, "app:f", "Invalid", 0]


def test_metadata_may_stand_in_a_table_of_its_own(run: Callable[..., Any]) -> None:
    body = """
        local function count(meta) return #registry.find({meta = meta}) end
        return {
            count{["meta.type"] = "note"}, count{["meta.type"] = "no"},
            count{type = "note"}, count{["^type"] = "no"}, count{type = "no"},
        }
    """
    assert run(body) == [1, 0, 1, 1, 0]


def test_ids_are_split(run: Callable[..., Any]) -> None:
    body = """
    local id, bare = registry.parse_id("a.b:c:d"), registry.parse_id("x")
    return {id.ns, id.name, bare.ns, bare.name}
    """
    assert run(body) == ["a.b", "c:d", "", "x"]


def test_snapshots_do_not_change(run: Callable[..., Any]) -> None:
    body = """
    local before = registry.snapshot()
    assert(before:changes():delete("app:other"):apply())
    local after = registry.snapshot()
    local _, err = after:get("app:other")
    return {#before:entries(), #after:entries(), before:get("app:other").id, err:kind(), before:version():id(),
            after:version():id(), #before:namespace("app"), #after:find({["meta.type"] = "note"}), tostring(before)}
    """
    assert run(body) == [3, 2, "app:other", "NotFound", 0, 1, 3, 1, "registry.Snapshot{version=v0}"]


def test_changes_are_applied_together(run: Callable[..., Any]) -> None:
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
    shown = ["v1", "registry.Version{v1}"]
    expected = ["entry.create", "app:note", "entry.delete", 3, 1, *shown, 0, True, 1, 2, "two", True]
    assert run(body) == expected


def test_refused_changes_leave_all_as_it_was(run: Callable[..., Any]) -> None:
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
        "Invalid: no changes to apply",
        "Invalid: cannot create entry app:note: it exists already; use update",
        "Invalid: cannot delete entry app:nope: it does not exist",
        "Invalid: app:x: 'kind': no such kind: functoin.lua; did you mean function.lua?",
        "Invalid: cannot create entry app:x: configuration data is required; give it `data`",
        3,
        0,
    ]


def test_bad_arguments_of_changes_are_pairs(run: Callable[..., Any]) -> None:
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


def test_new_code_runs_at_once(run: Callable[..., Any]) -> None:
    body = """
    local changes = registry.snapshot():changes()
    changes:create({id = "app:fresh", kind = "function.lua", data = {source = "return function() return 42 end"}})
    changes:apply()
    return registry.get("app:fresh").kind
    """
    assert run(body) == "function.lua"


# --- versions ---------------------------------------------------------------------------------------------------------

VERSIONS = """
local function apply(method, what)
    local changes = registry.snapshot():changes()
    changes[method](changes, what)
    return assert(changes:apply())
end
local function note(text) return {id = "app:note", kind = "registry.entry", data = {text = text}} end
"""


def test_versions_are_listed_and_linked(run: Callable[..., Any]) -> None:
    body = """
    apply("update", note("one"))
    apply("update", note("two"))
    local history, ids = registry.history(), {}
    for i, version in ipairs(history:versions()) do ids[i] = version:id() end
    local first, current = registry.versions()[1], registry.current_version()
    return {ids, tostring(first:previous()), first:next():id(), current:previous():previous():id(),
            tostring(current:next()), current:string(), tostring(history), history:get_version(0):id()}
    """
    assert run(VERSIONS + body) == [[0, 1, 2], "nil", 1, 0, "nil", "v2", "registry.History{}", 0]


def test_snapshots_of_former_versions_have_all_of_them(run: Callable[..., Any]) -> None:
    body = """
    local zero = registry.current_version()
    local one = apply("update", note("one"))
    apply("delete", "app:note")
    local history = registry.history()
    local at_one, at_zero = registry.snapshot_at(1), history:snapshot_at(zero)
    return {at_one:get("app:note").data.text, at_one:get("app:f").kind, at_one:version():id(),
            at_zero:get("app:note").data.text, #at_zero:entries() - #registry.snapshot():entries(),
            history:snapshot_at(one):get("app:note").data.text}
    """
    assert run(VERSIONS + body) == ["one", "function.lua", 1, "héllo", 1, "one"]


def test_what_is_no_version_is_refused(run: Callable[..., Any]) -> None:
    body = """
    local history, kinds = registry.history(), {}
    for i, call in ipairs({
        function() return registry.snapshot_at(0) end, function() return registry.snapshot_at(-1) end,
        function() return registry.snapshot_at(99) end, function() return history:get_version(-1) end,
        function() return history:get_version(99) end, function() return history:snapshot_at(1) end,
        function() return registry.apply_version("v1") end,
    }) do
        local value, err = call()
        kinds[i] = tostring(value) .. " " .. err:kind()
    end
    return kinds
    """
    invalid, missing = "nil Invalid", "nil NotFound"
    assert run(body) == [invalid, invalid, missing, invalid, missing, invalid, invalid]


def test_back_and_forward_in_lua(run: Callable[..., Any]) -> None:
    body = """
    local funcs = require("funcs")
    local zero = registry.current_version()
    local code = {id = "app:new", kind = "function.lua", data = {source = "return function() return 7 end"}}
    local one = apply("create", code)
    local seen = {funcs.call("app:new"), registry.apply_version(zero), registry.current_version():id()}
    local _, err = funcs.call("app:new")
    seen[4] = err:kind()
    seen[5] = registry.apply_version(one)
    seen[6] = funcs.call("app:new")
    registry.apply_version(zero)
    seen[7] = apply("update", note("other")):id()
    seen[8] = registry.current_version():previous():id()
    seen[9] = zero:next():id()
    return seen
    """
    assert run(VERSIONS + body) == [7, True, 0, "NotFound", True, 7, 2, 0, 2]


def test_a_change_that_breaks_an_import_is_refused_as_a_whole(run: Callable[..., Any]) -> None:
    body = """
    apply("create", {id = "app:lib", kind = "library.lua", data = {source = "return {}"}})
    local changes = registry.snapshot():changes():delete("app:lib")
    local user = {source = "return {}", imports = {lib = "app:lib"}}
    local value, err = changes:create({id = "app:user", kind = "library.lua", data = user}):apply()
    return {tostring(value), err:kind(), registry.get("app:lib") ~= nil, registry.current_version():id()}
    """
    assert run(VERSIONS + body) == ["nil", "Invalid", True, 1]


def test_a_version_that_cannot_be_is_false_and_the_reason(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise Failure(Kind.UNAVAILABLE, "no room")

    body = """
    local zero = registry.current_version()
    apply("create", {id = "app:lib", kind = "library.lua", data = {source = "return {}"}})
    local value, err = registry.apply_version(zero)
    return {value, err:kind(), tostring(err):find("no room") ~= nil, registry.get("app:lib") ~= nil}
    """

    def decide(_context: Any, action: str, _resource: str, _attributes: Any) -> bool:
        if action == "registry.apply_version":
            monkeypatch.setattr(LuaKind, "delete", lambda handler, entry: refuse(entry))
        return True

    assert run(VERSIONS + body, decide) == [False, "Unavailable", True, True]


def test_a_delta_leads_from_one_list_of_entries_to_another(run: Callable[..., Any]) -> None:
    body = """
    local function entry(name, data, needs)
        return {id = "t:" .. name, kind = "test", meta = needs and {depends_on = {needs}} or {}, data = data or {}}
    end
    local from = {entry("base"), entry("user", nil, "t:base"), entry("same", {n = 1}), entry("changed", {n = 1})}
    local to = {entry("late", nil, "t:early"), entry("early"), entry("same", {n = 1}), entry("changed", {n = 2})}
    local shown = {}
    for i, op in ipairs(registry.build_delta(from, to)) do shown[i] = op.kind .. " " .. op.entry.id end
    local value, err = registry.build_delta({{kind = "no id"}}, {})
    return {shown, #registry.build_delta(from, from), tostring(value), err:kind()}
    """
    ops = ["entry.delete t:user", "entry.delete t:base", "entry.update t:changed"]
    ops += ["entry.create t:early", "entry.create t:late"]
    shown, same, value, kind = run(body)
    assert sorted(shown) == sorted(ops)
    assert shown[:2] == ops[:2]
    assert shown.index("entry.create t:early") < shown.index("entry.create t:late")
    assert (same, value, kind) == (0, "nil", "Invalid")


def test_policies_hide_entries_and_forbid_changes(run: Callable[..., Any]) -> None:
    def decide(_context: Any, action: str, resource: str, _attributes: Any) -> bool:
        return (action, resource) == ("registry.get", "app:f")

    body = """
    local function kind(value, err) return tostring(value) .. " " .. err:kind() end
    return {kind(registry.get("app:note")), registry.get("app:f").id, #registry.find({[".ns"] = "app"}),
            #registry.snapshot():entries(), #registry.snapshot():namespace("app"),
            kind(registry.snapshot():get("app:note")), kind(apply_raw()), kind(registry.apply_version(
            registry.current_version()))}
    """
    raw = 'local function apply_raw() return registry.snapshot():changes():delete("app:note"):apply() end\n'
    denied = "nil PermissionDenied"
    assert run(raw + body, decide) == [denied, "app:f", 1, 1, 1, denied, denied, denied]
