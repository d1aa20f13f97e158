"""The module `ctx`."""


def test_values_come_from_the_caller_and_go_on_to_what_it_calls(lua):
    lua.function("inner", "return require('ctx').all()")
    lua.function("outer", "return require('funcs').call('app:inner')")
    called = "require('funcs').new():with_context({user = 'ann', n = 3, list = {1, 2}}):call('app:outer')"
    assert lua.run(f"return {called}") == {"user": "ann", "n": 3, "list": [1, 2]}


def test_explicit_values_win_and_the_others_stay(lua):
    lua.function("inner", "return require('ctx').all()")
    lua.function("outer", "return require('funcs').new():with_context({a = 2}):call('app:inner')")
    assert lua.run("return require('funcs').new():with_context({a = 1, b = 1}):call('app:outer')") == {"a": 2, "b": 1}


def test_what_a_reader_changes_is_its_own(lua):
    lua.function("inner", "local ctx = require('ctx'); ctx.get('t').x = 2; ctx.all().t.x = 3; return ctx.get('t').x")
    assert lua.run("return require('funcs').new():with_context({t = {x = 1}}):call('app:inner')") == 1


def test_failures(lua):
    assert lua.run(
        """
        local ctx = require("ctx")
        local _, empty = ctx.get("")
        local value, missing = ctx.get("nothing")
        return {empty:kind(), missing:kind(), missing:retryable(), value == nil, #ctx.all()}
        """
    ) == ["Invalid", "NotFound", False, True, 0]
