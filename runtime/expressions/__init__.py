"""Expressions in the syntax of expr-lang (https://expr-lang.org): parsed once, run on plain data, within bounds.

    compile_expression("price * quantity").run({"price": 2, "quantity": 3})

The grammar is in `expression.lark`; `compiler` makes Python functions of it, `operators` and `builtins` say what they
do.
"""

from runtime.expressions.compiler import Expression, compile_expression, known_expression
from runtime.expressions.frame import ExpressionError

__all__ = ["Expression", "ExpressionError", "compile_expression", "known_expression"]
