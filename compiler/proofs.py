"""What can be proven of the type of an expression, so that plain Python may take the place of a helper.

A local has the join of the types of everything that is ever assigned to it anywhere in the chunk, closures included;
the order of execution is not looked at. A parameter of a local function that is only ever called by its name has the
join of the arguments of all these calls. Other parameters, fields, globals and results of calls are unknown. A wrong
proof would be a silent error, so every rule here errs to the side of UNKNOWN.

SMALL is an integer that stays away from the ends of the 64-bit range by more than any program can count in a century: a
literal, the variable of a loop that starts at one and takes steps of at most `STEP`, or a variable that is only set to
literals and counted by such steps. The sum and the difference of two of them cannot overflow.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from compiler import syntax as s

if TYPE_CHECKING:
    from compiler.scope import Symbol

STEP: Final = 64
_SMALL_LIMIT: Final = 1 << 60
_COMPARISONS: Final = frozenset({"==", "~=", "<", "<=", ">", ">="})
_BITWISE: Final = frozenset({"&", "|", "~", "<<", ">>"})


class Type(Enum):
    """A proven type; NUMBER is an integer or a float, NONE what has no value yet."""

    NONE = "none"
    SMALL = "small integer"
    INTEGER = "integer"
    FLOAT = "float"
    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    TABLE = "table"
    UNKNOWN = "unknown"


INTEGERS: Final = frozenset({Type.SMALL, Type.INTEGER})
NUMBERS: Final = frozenset({*INTEGERS, Type.FLOAT, Type.NUMBER})


def join(left: Type, right: Type) -> Type:
    """Give the narrowest type that holds both."""
    if left is right or right is Type.NONE:
        return left
    if left is Type.NONE:
        return right
    if left in INTEGERS and right in INTEGERS:
        return Type.INTEGER
    return Type.NUMBER if left in NUMBERS and right in NUMBERS else Type.UNKNOWN


class Proofs:
    """Types of the expressions of a resolved chunk."""

    def __init__(self) -> None:
        self._symbols: dict[Symbol, Type] = {}

    def of(self, node: s.Expression) -> Type:
        """Give what is proven of the value of an expression."""
        match node:
            case s.Number(value=value):
                return _of_number(value)
            case s.String():
                return Type.STRING
            case s.Boolean():
                return Type.BOOLEAN
            case s.TableConstructor():
                return Type.TABLE
            case s.Name(symbol=symbol) if symbol is not None:
                return self.of_symbol(symbol)
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                return self.of(inner)
            case s.Unary():
                return self._of_unary(node)
            case s.Binary():
                return self._of_binary(node)
            case s.Logical():
                return join(self.of(node.left), self.of(node.right))
        return Type.UNKNOWN

    def of_symbol(self, symbol: Symbol) -> Type:
        """Give what is proven of a local."""
        known = self._symbols.get(symbol)
        if known is not None:
            return known
        if is_counter(symbol):
            self._symbols[symbol] = Type.SMALL
            return Type.SMALL
        self._solve(symbol)
        return self._symbols[symbol]

    def _solve(self, symbol: Symbol) -> None:
        """Find the least types that fit a symbol and those its values depend on, by going round to a fixed point."""
        group: dict[Symbol, Type] = {}
        self._collect(symbol, group)
        self._symbols.update(group)
        changed = True
        while changed:
            changed = False
            for member in group:
                found = Type.NONE
                for value in values_of(member):
                    found = join(found, self._of_value(value))
                wider = join(self._symbols[member], found)
                if wider is not self._symbols[member]:
                    self._symbols[member] = wider
                    changed = True
        for member in group:
            if self._symbols[member] is Type.NONE:
                self._symbols[member] = Type.UNKNOWN

    def _collect(self, symbol: Symbol, group: dict[Symbol, Type]) -> None:
        pending = [symbol]
        while pending:
            member = pending.pop()
            if member in group or member in self._symbols:
                continue
            if is_counter(member):
                self._symbols[member] = Type.SMALL
                continue
            group[member] = Type.NONE
            for value in values_of(member):
                pending.extend(_locals_in(value))

    def _of_value(self, value: s.Expression | s.NumericFor | None) -> Type:
        if value is None:
            return Type.UNKNOWN
        return self._of_loop(value) if isinstance(value, s.NumericFor) else self.of(value)

    def _of_loop(self, loop: s.NumericFor) -> Type:
        """Give the type of a loop's variable (manual 3.3.5)."""
        start = self.of(loop.start)
        step = Type.SMALL if loop.step is None else self.of(loop.step)
        if Type.NONE in (start, step):
            return Type.NONE
        if start in INTEGERS and step in INTEGERS:
            return Type.SMALL if start is Type.SMALL and _is_step(loop.step) else Type.INTEGER
        return Type.FLOAT if Type.FLOAT in (start, step) and start in NUMBERS and step in NUMBERS else Type.NUMBER

    def _of_unary(self, node: s.Unary) -> Type:
        if node.operator == "not":
            return Type.BOOLEAN
        operand = self.of(node.operand)
        if node.operator == "-":
            return operand if operand in NUMBERS or operand is Type.NONE else Type.UNKNOWN
        if node.operator == "#":
            return Type.SMALL if operand is Type.STRING else Type.UNKNOWN
        return Type.INTEGER if operand in INTEGERS else Type.UNKNOWN

    def _of_binary(self, node: s.Binary) -> Type:
        if node.operator in _COMPARISONS:
            return Type.BOOLEAN
        left, right = self.of(node.left), self.of(node.right)
        if Type.NONE in (left, right):
            return Type.NONE
        if node.operator == "..":
            texts = {Type.STRING, *NUMBERS}
            return Type.STRING if left in texts and right in texts else Type.UNKNOWN
        if left not in NUMBERS or right not in NUMBERS:
            return Type.UNKNOWN
        if node.operator in _BITWISE:
            return Type.INTEGER
        if node.operator in ("/", "^") or Type.FLOAT in (left, right):
            return Type.FLOAT
        if left not in INTEGERS or right not in INTEGERS:
            return Type.NUMBER
        if node.operator in ("%", "//") and left is Type.SMALL and is_positive(node.right):
            return Type.SMALL
        return Type.INTEGER


def values_of(symbol: Symbol) -> list[s.Expression | s.NumericFor | None]:
    """List what a local is ever set to, arguments of calls included; None stands for what cannot be told."""
    if symbol.parameter_of is None:
        return symbol.values
    function, place = symbol.parameter_of
    if not function.only_called:
        return [*symbol.values, None]
    return [*symbol.values, *(given(call.arguments, place) for call in function.calls)]


def given(values: list[s.Expression], place: int) -> s.Expression | None:
    """Give the expression at a place of a list; None where a list of results or nothing provides the value."""
    if place >= len(values) or (
        place == len(values) - 1 and isinstance(values[place], (s.Call, s.MethodCall, s.Vararg))
    ):
        return None
    return values[place]


def _of_number(value: int | float) -> Type:  # noqa: PYI041  (which of the two it is is the question)
    if not isinstance(value, int):
        return Type.FLOAT
    return Type.SMALL if -_SMALL_LIMIT < value < _SMALL_LIMIT else Type.INTEGER


def is_positive(node: s.Expression) -> bool:
    """Tell whether an expression is an integer literal above zero, and not a huge one."""
    return isinstance(node, s.Number) and isinstance(node.value, int) and 0 < node.value < _SMALL_LIMIT


def _is_step(node: s.Expression | None) -> bool:
    if isinstance(node, s.Unary) and node.operator == "-":
        node = node.operand
    return node is None or (isinstance(node, s.Number) and isinstance(node.value, int) and abs(node.value) <= STEP)


def is_counter(symbol: Symbol) -> bool:
    """Tell whether a local is only ever set to small literals and counted up or down by small steps."""
    values = values_of(symbol)
    return bool(values) and all(_is_count(symbol, value) for value in values)


def _is_count(symbol: Symbol, value: s.Expression | s.NumericFor | None) -> bool:
    match value:
        case s.Number(value=number):
            return _of_number(number) is Type.SMALL
        case s.Binary(operator="+" | "-", left=s.Name(symbol=counted), right=s.Number() as step):
            return counted is symbol and _is_step(step)
    return False


def _locals_in(value: s.Expression | s.NumericFor | None) -> list[Symbol]:
    """List the locals that the type of a value may depend on."""
    found: list[Symbol] = []
    pending: list[s.Expression | None] = [value.start, value.step] if isinstance(value, s.NumericFor) else [value]
    while pending:
        node = pending.pop()
        match node:
            case s.Name(symbol=symbol) if symbol is not None:
                found.append(symbol)
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                pending.append(inner)
            case s.Unary(operand=operand):
                pending.append(operand)
            case s.Binary(left=left, right=right) | s.Logical(left=left, right=right):
                pending.extend((left, right))
    return found
