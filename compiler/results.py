"""What is known of calls of local functions: which give exactly one value, which get no surplus arguments.

Known is a local function that nothing else is ever assigned to. It gives one value when every path through it ends in a
return of one value; a returned call counts when it is one of such a function again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s

if TYPE_CHECKING:
    from compiler.scope import FunctionScope, Symbol
    from compiler.standard import Standard


class Results:
    """Answers for the functions of a chunk; ask when the whole chunk is resolved."""

    def __init__(self, standard: Standard) -> None:
        self._standard = standard
        self._known: dict[FunctionScope, bool] = {}

    def is_single(self, call: s.Expression) -> bool:
        """Tell whether a call gives exactly one value, whatever happens."""
        if isinstance(call, s.Call) and self._is_single_standard(call):
            return True
        return self.callee(call) is not None

    def is_settled(self, call: s.Expression) -> bool:
        """Tell whether the results of a call are never a call that is still to be carried out."""
        if not isinstance(call, s.Call):
            return False
        if self._standard.result(call) is not None or self.is_single(call):
            return True
        function = _known_function(call)
        if function is None or function.scope is None:
            return False
        returned = [node.values[0] for node in function.scope.returns if len(node.values) == 1]
        return not any(isinstance(value, (s.Call, s.MethodCall)) for value in returned)

    def _is_single_standard(self, call: s.Call) -> bool:
        result = self._standard.result(call)
        return result is not None and result.is_single

    def callee(self, call: s.Expression) -> FunctionScope | None:
        """Give the function that a call runs, where it is known and gives exactly one value."""
        function = _known_function(call)
        return function.scope if function is not None and self._gives_one(function, ()) else None

    def is_multiple(self, node: s.Expression) -> bool:
        """Tell whether an expression may give none or several values."""
        return isinstance(node, (s.Call, s.MethodCall, s.Vararg)) and not self.is_single(node)

    def is_exact(self, function: Symbol) -> bool:
        """Tell whether a function is only ever called by its name and with no more arguments than it has parameters."""
        if not function.only_called or function.function is None or function.function.vararg is not None:
            return False
        most = len(function.function.parameters)
        return all(
            len(call.arguments) <= most and not (call.arguments and self.is_multiple(call.arguments[-1]))
            for call in function.calls
        )

    def _gives_one(self, function: s.Function, assumed: tuple[FunctionScope, ...]) -> bool:
        """Answer for a function; one that returns a call of itself gives what its other returns give."""
        scope = function.scope
        assert scope is not None, "resolve comes first"
        if scope in assumed:
            return True
        if scope in self._known:
            return self._known[scope]
        single = always_returns(function.body) and all(
            len(node.values) == 1 and not node.on_ring and self._is_one(node.values[0], (*assumed, scope))
            for node in scope.returns
        )
        if not single or not assumed:  # what holds under an assumption only is not kept
            self._known[scope] = single
        return single

    def _is_one(self, value: s.Expression, assumed: tuple[FunctionScope, ...]) -> bool:
        if isinstance(value, (s.MethodCall, s.Vararg)):
            return False
        if not isinstance(value, s.Call) or self._is_single_standard(value):
            return True
        function = _known_function(value)
        return function is not None and self._gives_one(function, assumed)


def _known_function(call: s.Expression) -> s.Function | None:
    if not isinstance(call, s.Call) or not isinstance(call.function, s.Name):
        return None
    symbol = call.function.symbol
    return symbol.function if symbol is not None and symbol.constant else None


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
