"""The `expr` module: expressions of expr-lang on values given (documentation page lua/dynamic/expression)."""

from typing import Any

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, breathe, method, to_lua, to_python
from runtime.expressions import Expression, ExpressionError, compile_expression, known_expression
from runtime.process.traps import run_outside

module = Module("expr", deterministic=True, classes=("deterministic",))


def _compiled(text: str) -> Expression:
    """Give an expression, compiled in a thread, beside other processes, when it is new."""
    if not text.strip():
        raise Failure(Kind.INVALID, "the expression is empty")
    known = known_expression(text)
    if known is not None:
        return known
    try:
        made: Expression = run_outside(lambda: compile_expression(text))
    except ExpressionError as problem:
        raise Failure(Kind.INTERNAL, f"cannot compile the expression: {problem}") from None
    return made


def _run(expression: Expression, env: Table | None) -> LuaValue:
    given: Any = to_python(env) if env is not None else {}
    try:
        return to_lua(expression.run(given if isinstance(given, dict) else {}, breathe))
    except ExpressionError as problem:
        raise Failure(Kind.INTERNAL, f"cannot evaluate the expression: {problem}") from None


@module.handle("expr.Program")
class Program(Userdata):
    """A compiled expression."""

    __slots__ = ("_expression",)

    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    @method
    def run(self, env: Table | None = None) -> LuaValue:
        """Give its value where the variables have those of a table."""
        return _run(self._expression, env)


@module.function(name="eval", blocks=True)
def eval_(expression: Text, env: Table | None = None) -> LuaValue:
    """Give the value of an expression: Invalid when it is empty, Internal when it is wrong or fails."""
    return _run(_compiled(expression), env)


@module.function(name="compile", blocks=True)
def compile_(expression: Text, _env: Table | None = None) -> LuaValue:
    """Compile an expression; the table is a hint of the variables, which is not needed."""
    return Program(_compiled(expression))
