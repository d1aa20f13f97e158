"""What an entry's code sees, and what it must give (semantics 12.2)."""

from __future__ import annotations

import logging

import pytest

from runtime.binding import Failure, Kind


def call(lua, name, *arguments):
    return lua.node.functions.call(f"app:{name}", arguments, timeout=5)


def failure(lua, name):
    with pytest.raises(Failure) as caught:
        call(lua, name)
    return caught.value


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("return function() return 'ok' end", {}),
        ("return function() return 'ok' end", {"method": "whatever"}),
        ("return {main = function() return 'ok' end}", {}),
        ("local M = {} function M.run() return 'ok' end return M", {"method": "run"}),
        ("local M = setmetatable({}, {}) M.main = function() return 'ok' end return M", {}),
    ],
)
def test_the_method_is_what_the_chunk_returns_or_a_field_of_it(lua, source, data):
    lua.add("f", "function.lua", source=source, **data)
    assert call(lua, "f") == "ok"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("return 5", "app:f must return a function or a table with the function 'main', not number"),
        ("local x = 1", "app:f must return a function or a table with the function 'main', not nil"),
        ("return {}", "app:f returns a table without the function 'main' (found nil)"),
        ("return {main = 5}", "app:f returns a table without the function 'main' (found number)"),
    ],
)
def test_what_is_no_method(lua, source, text):
    lua.add("f", "function.lua", source=source)
    found = failure(lua, "f")
    assert (found.kind, str(found)) == (Kind.INVALID, text)


def test_modules_are_globals_and_required_and_others_do_not_exist(lua):
    body = """
    local ok, message = pcall(require, "json")
    return {require("time") == time, funcs == nil, ok, message, type(process), type(channel), type(payload), io == nil}
    """
    lua.add("f", "function.lua", source=f"return function() {body} end", modules=["time"])
    found = call(lua, "f").array
    assert found[:3] == [True, True, False]
    assert "module 'json' not found" in found[3]
    assert found[4:] == ["table", "table", "table", True]


def test_a_module_that_is_not_there_is_warned_of_once(lua, caplog):
    caplog.set_level(logging.WARNING, "wippy.code")
    lua.add("f", "function.lua", source="return function() return require('jsn') end", modules=["jsn", "zzz"])
    lua.update("f", "function.lua", source="return function() return require('jsn') end", modules=["jsn", "zzz"])
    assert "module 'jsn' not found" in str(failure(lua, "f"))
    texts = [record.getMessage() for record in caplog.records]
    assert texts == [
        "app:f lists the module 'jsn', which is not available; `require` of it will fail. Did you mean 'json'?",
        "app:f lists the module 'zzz', which is not available; `require` of it will fail.",
    ]


def test_imports_run_once_and_in_order(lua):
    lua.add("base", "library.lua", source="loads = (loads or 0) + 1 return {loads = loads}")
    lua.add("left", "library.lua", source="return {base = base}", imports={"base": "app:base"})
    lua.add("right", "library.lua", source="return {base = require('base')}", imports={"base": "app:base"})
    source = "return function() return {left.base == right.base, left.base.loads, require('left') == left} end"
    lua.add("f", "function.lua", source=source, imports={"left": "app:left", "right": "app:right"})
    assert call(lua, "f").array == [True, 1, True]


def test_a_deep_web_of_imports_is_loaded_quickly(lua):
    lua.add("l0", "library.lua", source="return {n = 1}")
    for level in range(1, 40):
        imports = {"a": f"app:l{level - 1}", "b": f"app:l{level - 1}"}
        lua.add(f"l{level}", "library.lua", source="return {n = a.n}", imports=imports)
    lua.add("f", "function.lua", source="return function() return top.n end", imports={"top": "app:l39"})
    assert call(lua, "f") == 1


def test_an_alias_may_shadow_a_global(lua):
    lua.add("mine", "library.lua", source="return {is = 'mine'}")
    source = "return function() return assert.is end"
    lua.add("f", "function.lua", source=source, imports={"assert": "app:mine"})
    assert call(lua, "f") == "mine"


def test_an_import_that_fails_says_where(lua):
    lua.add("bad", "library.lua", source="local x\nreturn x.y")
    lua.add("f", "function.lua", source="return function() end", imports={"bad": "app:bad"})
    assert "app:bad:2: attempt to index a nil value (local 'x')" in str(failure(lua, "f"))


def test_a_body_may_wait(lua):
    source = 'require("time").sleep("1ms") local n = require("funcs").call("app:g") return function() return n end'
    lua.function("g", "return 7")
    lua.add("f", "function.lua", source=source, modules=["time", "funcs"])
    assert call(lua, "f") == 7


def test_tables_of_libraries_are_not_shared_between_instances(lua):
    lua.add("lib", "library.lua", source="return {n = 0}")
    source = "return function() lib.n = lib.n + 1 return lib.n end"
    for name in ("f", "g"):
        lua.add(name, "function.lua", source=source, imports={"lib": "app:lib"}, pool={"size": 1})
    assert [call(lua, "f"), call(lua, "f"), call(lua, "g")] == [1, 2, 1]


def test_circles_of_imports_are_refused(lua):
    lua.add("a", "library.lua", source="return {}")
    lua.add("b", "library.lua", source="return {}", imports={"a": "app:a"})
    lua.add("f", "function.lua", source="return function() return 1 end", imports={"b": "app:b"})
    with pytest.raises(Failure) as caught:
        lua.update("a", "library.lua", source="return {}", imports={"b": "app:b"})
    assert "imports run in a circle: app:a -> app:b -> app:a" in str(caught.value)
    with pytest.raises(Failure) as caught:
        lua.update("a", "library.lua", source="return {}", imports={"a": "app:a"})
    assert "imports run in a circle: app:a -> app:a" in str(caught.value)
    assert call(lua, "f") == 1


def test_imports_that_are_not_there_are_refused(lua):
    with pytest.raises(Failure) as caught:
        lua.add("f", "function.lua", source="return function() end", imports={"x": "app:none"})
    assert "app:f" in str(caught.value)
    assert "there is no Lua entry app:none, imported as 'x'" in str(caught.value)
    lua.add("lib", "library.lua", source="return 1")
    lua.add("g", "function.lua", source="return function() return lib end", imports={"lib": "app:lib"})
    with pytest.raises(Failure) as caught:
        lua.delete("lib")
    assert "app:g" in str(caught.value)
    assert call(lua, "g") == 1
    lua.delete("g")
    lua.delete("lib")
