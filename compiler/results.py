"""Which functions give exactly one value, so that the result of a call need not be looked at.

Known is a local function that nothing else is ever assigned to. It gives one value when every path through it ends in a
return of one value; a returned call counts when it is one of such a function again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s

if TYPE_CHECKING:
    from compiler.scope import FunctionScope


class Results:
    """Answers for the functions of a chunk; ask when the whole chunk is resolved."""

    def __init__(self) -> None:
        self._known: dict[FunctionScope, bool] = {}

    def is_single(self, call: s.Expression) -> bool:
        """Tell whether a call gives exactly one value, whatever happens."""
        if not isinstance(call, s.Call) or not isinstance(call.function, s.Name):
            return False
        symbol = call.function.symbol
        if symbol is None or symbol.function is None or not symbol.constant:
            return False
        return self._gives_one(symbol.function)

    def _gives_one(self, function: s.Function) -> bool:
        scope = function.scope
        assert scope is not None, "resolve comes first"
        if scope not in self._known:
            self._known[scope] = True  # a function that returns a call of itself gives what its other returns give
            self._known[scope] = always_returns(function.body) and all(
                len(node.values) == 1 and not node.on_ring and self._is_one(node.values[0]) for node in scope.returns
            )
        return self._known[scope]

    def _is_one(self, value: s.Expression) -> bool:
        if isinstance(value, (s.MethodCall, s.Vararg)):
            return False
        return not isinstance(value, s.Call) or self.is_single(value)


def always_returns(block: s.Block) -> bool:
    """Tell whether control never runs off the end of a block; blocks with labels are taken to let it."""
    if not block.statements or block.labels is not None:
        return False
    last = block.statements[-1]
    match last:
        case s.Return():
            return True
        case s.Do(block=inner):
            return always_returns(inner)
        case s.If(arms=arms, otherwise=otherwise):
            return (
                otherwise is not None and always_returns(otherwise) and all(always_returns(arm.block) for arm in arms)
            )
    return False
