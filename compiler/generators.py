"""Which functions are bodies of coroutines that can run as Python generators, and where these must ask for a stack.

A function counts that is given to `coroutine.create` or `coroutine.wrap` and is nobody's otherwise, and that calls
`coroutine.yield` in its own text. Such a generator runs on the stack of whoever resumes it, so a yield elsewhere, in a
function that it calls or in a metamethod, would have nothing to switch away from. Before it may run other Lua code it
yields `ROOT`, once, and has a stack of its own from then on (`runtime.lua.coroutines`).

What a statement itself evaluates is one of three: harmless, harmless if certain variables hold nothing with metamethods
(which is asked when it runs), or possibly a call. A function that comes to such a call before its last yield is better
off with a stack of its own from the start, and is no generator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler import syntax as s
from compiler.proofs import NUMBERS, Type
from compiler.standard import CALLS_BACK, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.proofs import Proofs
    from compiler.scope import FunctionScope
    from compiler.standard import Standard

_MAKERS: Final = frozenset({"coroutine.create", "coroutine.wrap"})
_YIELD: Final = "coroutine.yield"
_PLAIN_RESULTS: Final = frozenset({Result.STRING, Result.FLOAT, Result.NUMBER, Result.BOOLEAN, Result.LENGTH})
_PLAIN_TYPES: Final = frozenset({*NUMBERS, Type.STRING, Type.BOOLEAN})
_EQUALITY: Final = frozenset({"==", "~="})


class Generators:
    """Answers for the functions of a resolved chunk."""

    def __init__(self, proofs: Proofs) -> None:
        self._standard = proofs.standard
        self._proofs = proofs
        self._known: dict[FunctionScope, bool] = {}

    def is_generator(self, node: s.Function) -> bool:
        """Tell whether a function is the body of a coroutine that runs as a generator."""
        scope = node.scope
        assert scope is not None, "resolve comes first"
        if scope not in self._known:
            self._known[scope] = self._is_body(scope) and self._is_worth_while(node)
        return self._known[scope]

    def is_yield(self, call: s.Expression) -> bool:
        """Tell whether an expression is certainly a call of the standard `coroutine.yield`."""
        return isinstance(call, s.Call) and self._standard.function(call.function) == _YIELD

    def exposure(self, values: Iterable[s.Expression | None]) -> list[s.Name] | None:
        """List the variables that must hold nothing with metamethods for expressions to run no Lua code.

        None when they may run some whatever the variables hold. A global stands for the table of globals.
        """
        found = _Exposure(self, self._standard, self._proofs)
        looked = [value for value in values if value is not None]
        if len(looked) == 1 and isinstance(looked[0], s.Call) and self.is_yield(looked[0]):
            looked = looked[0].arguments  # nothing comes behind it, when the variables may hold something else
        for value in looked:
            found.look(value)
        if found.is_open or (found.names and found.passes_yield):
            return None
        return list(found.names.values())

    def _is_body(self, scope: FunctionScope) -> bool:
        if not any(self.is_yield(call) for call in scope.yields):
            return False
        if scope.symbol is None:
            handed = [scope.handed]
        else:
            symbol = scope.symbol
            if not symbol.constant or symbol.uses != len(symbol.handed):
                return False
            handed = [*symbol.handed]
        return bool(handed) and all(
            call is not None and self._standard.function(call.function) in _MAKERS for call in handed
        )

    def _is_worth_while(self, node: s.Function) -> bool:
        """Tell whether no statement up to the last that yields certainly needs a stack of its own."""
        assert node.scope is not None
        last = max((call.pos.line, call.pos.column) for call in node.scope.yields if self.is_yield(call))
        before = [at for at in node.body.statements if (at.pos.line, at.pos.column) <= last]
        return all(self.exposure(own_values(inner)) is not None for at in before for inner in _within(at))


class _Exposure:
    """Collects what may go wrong in the expressions of one statement."""

    def __init__(self, generators: Generators, standard: Standard, proofs: Proofs) -> None:
        self._generators = generators
        self._standard = standard
        self._proofs = proofs
        self.names: dict[str, s.Name] = {}
        self.is_open = False
        self.passes_yield = False

    def look(self, node: s.Expression) -> None:  # noqa: C901  (one arm for each kind of expression)
        """Look at an expression and at what is in it."""
        match node:
            case s.Name(symbol=None, name=name):
                if self._standard.variable(name) is None:
                    self.names[""] = node
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                self.look(inner)
            case s.Logical(left=left, right=right):
                self.look(left)
                self.look(right)
            case s.Unary(operand=operand):
                self.look(operand)
                if node.operator != "not":
                    self.operands(operand)
            case s.Binary(left=left, right=right):
                self.look(left)
                self.look(right)
                if node.operator not in _EQUALITY or not (self.is_plain(left) or self.is_plain(right)):
                    self.operands(left, right)
            case s.Index(owner=owner, key=key):
                if self._standard.member(node) is None:
                    self.look(owner)
                    self.look(key)
                    self.operands(owner)
            case s.TableConstructor(fields=fields):
                for field in fields:
                    self.look(field.value)
                    if field.key is not None:
                        self.look(field.key)
            case s.Call():
                self.call(node, self._standard.function(node.function), node.arguments)
            case s.MethodCall():
                known = self._proofs.method_result(node) is not None
                self.call(node, f"string.{node.name}" if known else None, [node.owner, *node.arguments])

    def call(self, node: s.Expression, path: str | None, arguments: list[s.Expression]) -> None:
        """Look at a call of a standard function, or of any other."""
        for argument in arguments:
            self.look(argument)
        if self._generators.is_yield(node):
            self.passes_yield = True
        elif path is None or path in CALLS_BACK:
            self.is_open = True
        else:
            self.operands(*arguments)

    def operands(self, *nodes: s.Expression) -> None:
        """Note values of which an operator, or a standard function, could find a metamethod."""
        for node in nodes:
            if isinstance(node, s.Name):
                if node.symbol is None:
                    self.is_open = self.is_open or self._standard.variable(node.name) is None
                elif self._proofs.of(node) not in _PLAIN_TYPES:
                    self.names[node.symbol.python] = node
            elif not self.is_plain(node):
                self.is_open = True

    def is_plain(self, node: s.Expression) -> bool:
        """Tell whether a value has no metamethods, given that the operands of all operators have none."""
        match node:
            case s.Nil() | s.Boolean() | s.Number() | s.String() | s.Function() | s.TableConstructor():
                return True
            case s.Unary() | s.Binary():
                return True
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                return self.is_plain(inner)
            case s.Logical(left=left, right=right):
                return self.is_plain(left) and self.is_plain(right)
            case s.Call():
                return self._standard.result(node) in _PLAIN_RESULTS
            case s.MethodCall():
                return self._proofs.method_result(node) in _PLAIN_RESULTS
            case s.Name(symbol=symbol) if symbol is not None:
                return self._proofs.of(node) in _PLAIN_TYPES
        return False


def own_values(node: s.Statement) -> list[s.Expression | None]:
    """List what a statement evaluates itself, apart from the statements in it, in order."""
    match node:
        case s.Local(values=values) | s.GenericFor(values=values) | s.Return(values=values):
            return [*values]
        case s.Assignment(targets=targets, values=values):
            return [*(target for target in targets if isinstance(target, s.Index) or _is_global(target)), *values]
        case s.CallStatement(call=call):
            return [call]
        case s.While(condition=condition) | s.Repeat(condition=condition):
            return [condition]
        case s.If(arms=arms):
            return [arm.condition for arm in arms]
        case s.NumericFor():
            return [node.start, node.stop, node.step]
    return []


def _is_global(target: s.Expression) -> bool:
    return isinstance(target, s.Name) and target.symbol is None


def _within(statement: s.Statement) -> Iterator[s.Statement]:
    """Iterate over a statement and all statements in it, functions aside."""
    pending = [statement]
    while pending:
        node = pending.pop()
        yield node
        for block in inner_blocks(node):
            pending.extend(block.statements)


def inner_blocks(node: s.Statement) -> list[s.Block]:
    """List the blocks of a statement."""
    match node:
        case s.Do(block=inner) | s.While(block=inner) | s.Repeat(block=inner):
            return [inner]
        case s.NumericFor(block=inner) | s.GenericFor(block=inner):
            return [inner]
        case s.If(arms=arms, otherwise=otherwise):
            blocks = [arm.block for arm in arms]
            return blocks if otherwise is None else [*blocks, otherwise]
    return []
