"""The module `eval_runner`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lua_node import eventually, settle

if TYPE_CHECKING:
    from lua_node import LuaNode


def run(lua: LuaNode, config: str) -> Any:
    return lua.run(
        f"local result, err = require('eval_runner').run({config}); if err then error(err) end; return result"
    )


def failure(lua: LuaNode, config: str) -> list[str]:
    """Give kind and text of the error."""
    return lua.run(
        f"local result, err = require('eval_runner').run({config}); return {{err:kind(), err:message(), result == nil}}"
    )[:2]


def test_a_method_gets_copies_of_its_arguments(lua: LuaNode) -> None:
    lua.function(
        "caller",
        """
        local given = {1, {2}}
        local result = require("eval_runner").run({
            source = "return {m = function(t, ...) t[2][1] = 9; return {t, select('#', ...), ...} end}",
            method = "m", args = {given, "a", nil, "b"},
        })
        return {result, given}
        """,
    )
    from runtime.binding import to_python

    changed, given = to_python(lua.node.functions.call("app:caller"))
    assert given == [1, [2]]
    assert changed[:3] == [[1, [9]], 3, "a"]


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ("{source = 'return 1 + 1'}", 2),
        ("{source = 'local a, b = ...; return a .. b', args = {'x', 'y'}}", "xy"),
        ("{source = 'return function(a) return a * 2 end', args = {4}}", 8),
        ("{source = 'return function(a) return a * 2 end', method = 'any', args = {4}}", 8),
        ("{source = 'return sdk.version', custom_modules = {sdk = {version = '1'}}}", "1"),
        ("{source = 'return require(\"sdk\").deep.x', custom_modules = {sdk = {deep = {x = 2}}}}", 2),
        ("{source = 'return ctx.get(\"user\")', context = {user = 'ann'}}", "ann"),
        ("{source = 'return require(\"json\").encode({1})', modules = {'json'}}", "[1]"),
        ("{source = 'return nil'}", None),
        ("{source = 'x = 1; return x + (y or 0)'}", 1),
    ],
)
def test_results(lua: LuaNode, config: str, wanted: Any) -> None:
    assert run(lua, config) == wanted


def test_nothing_is_shared_between_runs_or_with_the_caller(lua: LuaNode) -> None:
    body = """
    outside = 1
    local runner = require("eval_runner")
    local table = {n = 1}
    local source = "seen = (seen or 0) + 1; t.n = t.n + 1; return {seen, outside == nil, t.n}"
    local first = runner.run({source = source, custom_modules = {t = table}})
    local second = runner.run({source = source, custom_modules = {t = table}})
    return {first, second, table.n, seen == nil}
    """
    assert lua.run(body) == [[1, True, 2], [1, True, 2], 1, True]


@pytest.mark.parametrize("name", ["json", "process", "registry", "sql", "env", "system", "io", "eval_runner", "funcs"])
def test_what_is_not_listed_does_not_exist(lua: LuaNode, name: str) -> None:
    assert run(lua, f"{{source = 'return {{{name} == nil, (pcall(require, \"{name}\"))}}'}}") == [True, False]


@pytest.mark.parametrize(
    ("module", "word"),
    [("process", "process"), ("registry", "storage"), ("sql", "storage"), ("http", "network"), ("env", "process"),
     ("system", "process"), ("eval_runner", "process"), ("nonsense", "not available")],
)  # fmt: skip
def test_forbidden_modules(lua: LuaNode, module: str, word: str) -> None:
    kind, message = failure(lua, f"{{source = 'return 1', modules = {{'{module}'}}}}")
    assert kind == "Invalid"
    assert word in message
    assert "forbidden" in message or module == "nonsense"


def test_classes_can_be_allowed(lua: LuaNode) -> None:
    config = "{source = 'return type(registry.get)', modules = {'registry'}, allow_classes = {'storage'}}"
    assert run(lua, config) == "function"
    config = "{source = 'return process.pid()', modules = {'process'}, allow_classes = {'process'}}"
    assert run(lua, config).startswith("{app:run")


def test_a_module_without_a_class_is_forbidden(lua: LuaNode) -> None:
    from runtime.binding import Module

    lua.node.modules["plain"] = Module("plain")
    lua.node.modules["pure"] = Module("pure", deterministic=True)
    assert failure(lua, "{source = 'return 1', modules = {'plain'}}") == [
        "Invalid",
        "module 'plain' is forbidden: it has no class",
    ]
    assert run(lua, "{source = 'return type(pure)', modules = {'pure'}}") == "table"


def library(lua: LuaNode, name: str, source: str, **data: Any) -> None:
    lua.add(name, "library.lua", source=source, **data)


def test_imports_have_an_environment_of_their_own(lua: LuaNode) -> None:
    library(lua, "base", "return {name = 'base'}")
    library(
        lua, "tool",
        "secret = 1; local json = require('json'); return {call = function(v) return json.encode({base.name, v}) end}",
        modules=["json"], imports={"base": "app:base"},
    )  # fmt: skip
    config = "{source = 'return {tool.call(...), secret == nil, json == nil, base == nil}', args = {7}, %s}"
    assert run(lua, config % "imports = {tool = 'app:tool'}") == ['["base",7]', True, True, True]


def test_an_import_can_have_more_than_the_code(lua: LuaNode) -> None:
    lua.function("double", "return 2 * ...")
    library(lua, "price", "return {of = function(n) return funcs.call('app:double', n), process == nil end}")
    config = "{source = 'return {price.of(4), funcs == nil}', imports = {price = {id = 'app:price', modules = {%s}}}}"
    assert run(lua, config % "'funcs'") == [8, True]
    library(lua, "who", "return {am = function() return process.pid() end}")
    config = "{source = 'return {who.am(), process == nil}', imports = {who = {id = 'app:who', modules = {'process'}}}}"
    assert run(lua, config)[1] is True
    kind, message = failure(lua, "{source = 'return who.am()', imports = {who = 'app:who'}}")
    assert kind == "Internal"
    assert "process" in message


def test_context_values(lua: LuaNode) -> None:
    body = "return require('eval_runner').run({source = 'return ctx.all()', modules = {'ctx'}, %s})"
    lua.function("inherits", body % "")
    lua.function("own", body % "context = {b = 2}")
    called = "require('funcs').new():with_context({a = 1}):call('app:%s')"
    assert lua.run(f"return {called % 'inherits'}") == {"a": 1}
    assert lua.run(f"return {called % 'own'}") == {"b": 2}


@pytest.mark.parametrize(
    ("config", "kind", "words"),
    [
        ("{}", "Invalid", "source is missing"),
        ("{source = ''}", "Invalid", "source is missing"),
        ("{source = 'return {}', method = 'x'}", "Invalid", "no function 'x'"),
        ("{source = 'return 5', method = 'x'}", "Invalid", "no function 'x'"),
        ("{source = 'return 1', method = 5}", "Invalid", "method must be a string"),
        ("{source = 'return 1', args = 5}", "Invalid", "'args' must be a table"),
        ("{source = 'return 1', args = {[500] = 1}}", "Invalid", "more than 200"),
        ("{source = 'return 1', modules = {1}}", "Invalid", "list of strings"),
        ("{source = 'return 1', imports = {a = 'b'}}", "Invalid", "import 'a'"),
        ("{source = 'return 1', imports = {a = 'app:none'}}", "NotFound", "app:none"),
        ("{source = 'return return'}", "Internal", "eval:1:8"),
        ("{source = '\\n error(\"broken\")'}", "Internal", "eval:2: broken"),
        ("{source = 'return nil, \"refused\"'}", "Internal", "refused"),
        ("{source = 'error(errors.new({message = \"gone\", kind = errors.NOT_FOUND}))'}", "NotFound", "gone"),
        ("{source = 'local function f() return 1 + f() end; return f()'}", "Internal", "stack overflow"),
    ],
)
def test_failures(lua: LuaNode, config: str, kind: str, words: str) -> None:
    found, message = failure(lua, config)
    assert found == kind
    assert words in message
    assert "Traceback" not in message
    assert ".py" not in message


def test_compile(lua: LuaNode) -> None:
    assert lua.run(
        """
        local runner = require("eval_runner")
        local program = runner.compile("return {f = 1}", "f", {modules = {"json", "time"}})
        local plain = runner.compile("return 1")
        local none, wrong = runner.compile("this is not valid lua!!!", "f")
        local _, forbidden = runner.compile("return 1", "", {modules = {"sql"}})
        local allowed = runner.compile("return 1", "", {modules = {"sql"}, allow_classes = {"storage"}})
        local kinds = {none == nil, wrong:kind(), forbidden:kind()}
        return {program:method(), program:modules(), plain:method(), kinds, #allowed:modules()}
        """
    ) == ["f", ["json", "time"], "", [True, "Internal", "Invalid"], 1]  # fmt: skip


def test_code_may_wait(lua: LuaNode) -> None:
    assert (
        run(lua, '{source = \'local t = require("time"); t.sleep("5ms"); return "done"\', modules = {\'time\'}}')
        == "done"
    )


def test_code_ends_with_its_caller(lua: LuaNode) -> None:
    lua.process("caller", "require('eval_runner').run({source = 'while true do end'})")
    before = lua.node.processes.count()
    caller = lua.spawn("caller")
    eventually(lambda: lua.node.processes.count() == before + 2)
    assert run(lua, "{source = 'return 1'}") == 1  # an endless loop holds nobody up
    caller.terminate()
    eventually(lambda: lua.node.processes.count() == before)
    settle()


def test_compiled_code_is_kept(lua: LuaNode) -> None:
    evaluator = lua.node.evaluator
    assert evaluator.compile("return 'kept'") is evaluator.compile("return 'kept'")
    for number in range(300):
        evaluator.compile(f"return {number}")
    assert len(evaluator._kept) == 256
