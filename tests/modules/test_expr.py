"""The module `expr`."""

import pytest


def test_values_go_there_and_back(lua):
    assert lua.run(
        """
        local expr = require("expr")
        local program = expr.compile("price * quantity", {price = 0})
        return {
            expr.eval("1 + 2"), expr.eval("x + y", {x = 1.5, y = 2}), expr.eval("'a' in list", {list = {"a"}}),
            expr.eval("name + '!'", {name = "gr\u00fcn"}), expr.eval("{a: [1, 2]}").a[2],
            program:run({price = 2, quantity = 3}), math.type(expr.eval("4 / 2")), math.type(expr.eval("4 * 2")),
            expr.eval("nil") == nil, expr.eval("len(list)", {list = {}}),
        }
        """
    ) == [3, 3.5, True, "gr\u00fcn!", 2, 6, "float", "integer", True, 0]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("expr.eval('')", "Invalid"),
        ("expr.compile('  ')", "Invalid"),
        ("expr.eval('a b')", "Internal"),
        ("expr.compile('(((')", "Internal"),
        ("expr.compile('x + y'):run({x = 1})", "Internal"),
    ],
)
def test_failures(lua, call, kind):
    assert lua.run(
        f"local expr = require('expr'); local v, err = {call}; return {{v == nil, err:kind(), err:retryable()}}"
    ) == [True, kind, False]


def test_a_mistake_is_told_to_nobody_but_the_caller(lua, capfd):
    assert lua.run("return select(2, require('expr').eval('1 +')):message()").endswith(
        "unexpected end of the expression"
    )
    assert lua.run("return select(2, require('eval_runner').compile('1 +')):kind()") == "Internal"
    assert capfd.readouterr() == ("", "")


def test_a_long_evaluation_lets_others_run(lua):
    lua.process("other", "local time = require('time'); for n = 1, 300 do time.sleep('2ms'); "
                "process.send(..., 'tick', n) end")  # fmt: skip
    assert lua.run(
        """
        local ticks = process.listen("tick")
        process.spawn("app:other", "app:host", process.pid())
        require("expr").eval("count(1..900000, # % 3 == 0)")
        local count = 0
        while channel.select({ticks:case_receive(), default = true}).ok and count < 20 do count = count + 1 end
        return count
        """
    ) == 20  # fmt: skip
