"""Kinds env.* and the module `env`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.binding import Failure, to_python
from runtime.registry.change import Change

if TYPE_CHECKING:
    from lua_node import LuaNode


def run(lua: LuaNode, body: str) -> Any:
    name = f"f{id(body)}{len(lua.node.registry.all())}"
    lua.function(name, f"local env = require('env')\n{body}", modules=["env"])
    return to_python(lua.node.functions.call(f"app:{name}"))


@pytest.fixture
def env(lua: LuaNode) -> LuaNode:
    lua.add("memory", "env.storage.memory")
    lua.add("fixed", "env.storage.static", values={"HOST": "example.org", "BOTH": "fixed"})
    lua.add("chain", "env.storage.router", storages=["memory", "app:fixed"])
    lua.add("both", "env.variable", variable="BOTH", storage="chain")
    lua.add("port", "env.variable", variable="PORT", storage="memory", default=8080)
    lua.add("secret", "env.variable", storage="memory")
    lua.add("locked", "env.variable", variable="LOCKED", storage="memory", default="x", readonly=True)
    lua.add("site", "env.variable", variable="HOST", storage="fixed")
    return lua


def test_values_and_defaults(env: LuaNode) -> None:
    assert run(env, "return {env.get('HOST'), env.get('PORT'), env.get('app:port'), env.get('port')}") == [
        "example.org",
        "8080",
        "8080",
        "8080",
    ]


def test_a_variable_keeps_what_is_set_and_an_empty_value_is_none(env: LuaNode) -> None:
    assert run(env, "local ok = env.set('PORT', '99'); return {ok, env.get('PORT')}") == [True, "99"]
    assert run(env, "env.set('PORT', ''); return env.get('PORT')") == "8080"


def test_a_private_variable_is_reached_by_its_id_alone(env: LuaNode) -> None:
    assert run(env, "env.set('app:secret', 's'); return env.get('secret')") == "s"
    assert run(env, "return env.get_all()") == {
        "BOTH": "fixed",
        "HOST": "example.org",
        "LOCKED": "x",
        "PORT": "8080",
        "app:secret": "s",
    }


def test_a_router_reads_in_order_and_writes_to_the_first(env: LuaNode) -> None:
    assert run(env, "local before = env.get('BOTH'); env.set('BOTH', 'own'); return {before, env.get('BOTH')}") == [
        "fixed",
        "own",
    ]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("env.get('')", "Invalid"),
        ("env.set('', 'x')", "Invalid"),
        ("env.get('PATH')", "NotFound"),  # of the operating system, and not declared
        ("env.get('app:secret')", "NotFound"),
        ("env.set('NONE', 'x')", "NotFound"),
        ("env.set('LOCKED', 'y')", "PermissionDenied"),
        ("env.set('HOST', 'y')", "PermissionDenied"),
    ],
)
def test_failures(env: LuaNode, call: str, kind: str) -> None:
    assert run(env, f"local value, err = {call}; return {{value == nil, err:kind(), err:retryable()}}") == [
        True,
        kind,
        False,
    ]


def test_variables_of_the_operating_system(lua: LuaNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIPPY_TEST_VALUE", "gr\u00fcn")
    lua.add("os", "env.storage.os")
    lua.add("value", "env.variable", variable="WIPPY_TEST_VALUE", storage="os")
    assert run(lua, "return env.get('WIPPY_TEST_VALUE')") == "gr\u00fcn"
    assert run(lua, "return select(2, env.set('WIPPY_TEST_VALUE', 'x')):kind()") == "PermissionDenied"


def test_a_file_below_the_project(lua: LuaNode) -> None:
    lua.add("file", "env.storage.file", file_path="conf/app.env", auto_create=True, file_mode="0600")
    lua.add("value", "env.variable", variable="VALUE", storage="file", default="none")
    assert run(lua, "local a = env.get('VALUE'); env.set('VALUE', 'x y'); return {a, env.get('VALUE')}") == [
        "none",
        "x y",
    ]
    assert (lua.node.project.root / "conf" / "app.env").read_text() == "VALUE=x y\n"


def test_changes_of_the_registry_take_effect(env: LuaNode) -> None:
    env.update("fixed", "env.storage.static", values={"HOST": "elsewhere", "BOTH": "new"})
    assert run(env, "return {env.get('HOST'), env.get('BOTH')}") == ["elsewhere", "new"]
    env.update("site", "env.variable", variable="SITE", storage="memory", default="d")
    assert run(env, "return {env.get('SITE'), env.get('HOST') == nil}") == ["d", True]
    env.delete("site")
    assert run(env, "return env.get('SITE') == nil")


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("env.variable", {"storage": "nowhere"}, "there is no storage app:nowhere"),
        ("env.variable", {"storage": "memory", "variable": "A-B"}, "'A-B' is no name"),
        ("env.variable", {"storage": "memory", "variable": "PORT"}, "app:port has the name 'PORT' too"),
        ("env.variable", {}, "the field is missing"),
        ("env.storage.router", {"storages": []}, "the list is empty"),
        ("env.storage.router", {"storages": ["gone"]}, "there is no storage app:gone"),
        ("env.storage.file", {"file_path": " "}, "the path is empty"),
        ("env.storage.file", {"file_path": "."}, "is a directory"),
        ("env.storage.file", {"file_path": "x", "file_mode": "9"}, "is no octal mode"),
        ("env.storage.static", {"values": {"A": 1}}, "must be text"),
    ],
)
def test_entries_that_are_refused(env: LuaNode, kind: str, data: dict[str, Any], message: str) -> None:
    with pytest.raises(Failure, match=message):
        env.add("wrong", kind, **data)


def test_routers_cannot_go_in_a_circle(env: LuaNode) -> None:
    env.add("other", "env.storage.router", storages=["chain"])
    from lua_node import entry

    with pytest.raises(Failure, match=r"lead back|circle|itself"):
        env.node.registry.apply([Change.update(entry("chain", "env.storage.router", storages=["other"]))])
