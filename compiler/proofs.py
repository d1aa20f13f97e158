"""What can be proven of an expression's value, so that plain Python may take the place of a helper.

A local has the join of what is proven of everything that is ever assigned to it anywhere in the chunk, closures
included; the order of execution is not looked at. A parameter of a local function that is only ever called by its name
has the join of the arguments of all these calls, a call of a local function the join of all that it returns, a field of
tables that the chunk keeps to itself (`compiler.shapes`) that of all that is ever written to it, or nil. Other
parameters, fields, globals and results are unknown. A wrong proof would be a silent error, so every rule here errs to
the side of UNKNOWN.

Of integers a range is proven too: where the exact result of an operator fits in 64 bits, Python's operator does what
Lua's does. A counter that starts at literals and takes small steps is taken to stay as near to them as any program can
count in decades.

What may be nil besides is proven too. Python's operators raise TypeError for None just where Lua's raise an error for
nil, and `runtime.lua.faults` puts the one into the words of the other, so they will do for what is a number or nil.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from compiler import syntax as s
from compiler.ranges import WHOLE, Range, exact
from compiler.scope import FunctionScope, Symbol
from compiler.shapes import Element, Slot
from compiler.standard import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.results import Results
    from compiler.shapes import Shapes
    from compiler.standard import Standard

# A counter may take steps of at most STEP, COUNT times: at 10 ns a step that is 45 years.
STEP: Final = 16
COUNT: Final = 1 << 57
_LONGEST_STRING: Final = 1 << 48
# Rounds after which a range that still grows is widened.
_PATIENCE: Final = 4
_COMPARISONS: Final = frozenset({"==", "~=", "<", "<=", ">", ">="})
_BITWISE: Final = frozenset({"&", "|", "~", "<<", ">>"})


class Type(Enum):
    """A proven type; NUMBER is an integer or a float, NONE what has no value yet."""

    NONE = "none"
    INTEGER = "integer"
    FLOAT = "float"
    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    TABLE = "table"
    UNKNOWN = "unknown"


NUMBERS: Final = frozenset({Type.INTEGER, Type.FLOAT, Type.NUMBER})
_TEXTS: Final = frozenset({Type.STRING, *NUMBERS})


@dataclass(frozen=True, slots=True)
class Fact:
    """What is proven of a value; the range means something for integers only, `nil` says that it may be nil too."""

    type: Type
    range: Range = WHOLE
    nil: bool = False

    def join(self, other: Fact) -> Fact:
        """Give the narrowest fact that holds for both."""
        if self == other:
            return self
        nil = self.nil or other.nil
        if Type.NONE in (self.type, other.type):
            known = self if other.type is Type.NONE else other
            return Fact(known.type, known.range, nil)
        if self.type is other.type:
            return Fact(self.type, self.range.union(other.range), nil)
        return Fact(Type.NUMBER, nil=nil) if self.type in NUMBERS and other.type in NUMBERS else UNKNOWN

    def or_nil(self, nil: bool = True) -> Fact:
        """Give the fact of a value that may be nil, or that is not."""
        return self if self.nil is nil or self.type is Type.UNKNOWN else Fact(self.type, self.range, nil)


NONE: Final = Fact(Type.NONE)
_NIL: Final = Fact(Type.NONE, nil=True)
UNKNOWN: Final = Fact(Type.UNKNOWN)
_BOOLEAN: Final = Fact(Type.BOOLEAN)
_STRING: Final = Fact(Type.STRING)
_FLOAT: Final = Fact(Type.FLOAT)
_NUMBER: Final = Fact(Type.NUMBER)
_TABLE: Final = Fact(Type.TABLE)
_INTEGER: Final = Fact(Type.INTEGER)

_RESULTS: Final = {
    Result.STRING: _STRING,
    Result.FLOAT: _FLOAT,
    Result.NUMBER: _NUMBER,
    Result.BOOLEAN: _BOOLEAN,
    Result.LENGTH: Fact(Type.INTEGER, Range(0, _LONGEST_STRING)),
    Result.TABLE: _TABLE,
    Result.VALUE: UNKNOWN,
    Result.VALUES: UNKNOWN,
}

# What facts are found for by going round: a local, the results of a function, a field.
Subject: TypeAlias = Symbol | FunctionScope | Slot
# What a subject is set to: an expression, the loop whose first variable it is, an element of a table, None for what
# cannot be told.
Source: TypeAlias = s.Expression | s.NumericFor | s.GenericFor | Element | None


class Proofs:
    """Facts about the expressions of a resolved chunk."""

    def __init__(self, results: Results, standard: Standard, shapes: Shapes) -> None:
        self.results = results
        self.shapes = shapes
        self.standard = standard
        self._known: dict[Subject, Fact] = {}

    def of(self, node: s.Expression) -> Type:
        """Give the type that is proven of the value of an expression, which is never nil then."""
        fact = self.fact(node)
        return Type.UNKNOWN if fact.nil else fact.type

    def fact(self, node: s.Expression) -> Fact:
        """Give all that is proven of the value of an expression."""
        match node:
            case s.Number(value=value):
                return Fact(Type.INTEGER, Range(value, value)) if isinstance(value, int) else _FLOAT
            case s.String():
                return _STRING
            case s.Boolean():
                return _BOOLEAN
            case s.Nil():
                return _NIL
            case s.Index():
                return self._of_index(node)
            case s.TableConstructor():
                return _TABLE
            case s.Name(symbol=symbol) if symbol is not None:
                return self.of_subject(symbol)
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                return self.fact(inner)
            case s.Unary():
                return self._of_unary(node)
            case s.Binary():
                return self._of_binary(node)
            case s.Logical():
                left = self.fact(node.left)
                return (left if node.operator == "and" else left.or_nil(False)).join(self.fact(node.right))
            case s.Call():
                return self._of_call(node)
            case s.MethodCall():
                result = self.method_result(node)
                return UNKNOWN if result is None else _RESULTS[result]
        return UNKNOWN

    def _of_index(self, node: s.Index) -> Fact:
        slot = self.shapes.slot(node)
        owner = NONE if slot is None else self.fact(node.owner)
        if slot is None or owner.type not in (Type.TABLE, Type.NONE):  # what is no table may be a string, with methods
            return UNKNOWN
        return NONE if owner.type is Type.NONE else self.of_subject(slot).or_nil()

    def method_result(self, node: s.MethodCall) -> Result | None:
        """Tell what a method gives that is called of what is certainly a string; None for any other."""
        return self.standard.method_result(node.name) if self.of(node.owner) is Type.STRING else None

    def _of_call(self, node: s.Call) -> Fact:
        result = self.standard.result(node)
        if result is not None:
            return _RESULTS[result]
        callee = self.results.callee(node)
        return UNKNOWN if callee is None else self.of_subject(callee)

    def of_subject(self, subject: Subject) -> Fact:
        """Give what is proven of a local, or of what a function returns."""
        known = self._known.get(subject)
        if known is None:
            self._solve(subject)
            known = self._known[subject]
        return known

    def _solve(self, subject: Subject) -> None:
        """Find the least facts that fit a subject and those it depends on, by going round to a fixed point."""
        group = self._collect(subject)
        changed = True
        rounds = 0
        while changed:
            changed = False
            rounds += 1
            for member in group:
                before = self._known[member]
                found = before.join(self._of_values(member))
                if found.type is Type.INTEGER and rounds > _PATIENCE:
                    found = Fact(Type.INTEGER, found.range.widened(before.range), found.nil)
                if found != before:
                    self._known[member] = found
                    changed = True
        for member in group:
            if self._known[member].type is Type.NONE:
                self._known[member] = UNKNOWN

    def _collect(self, subject: Subject) -> list[Subject]:
        """List what the facts of a subject depend on and is not known yet; all of it is NONE to begin with."""
        group: list[Subject] = []
        pending = [subject]
        while pending:
            member = pending.pop()
            if member in self._known:
                continue
            self._known[member] = NONE
            group.append(member)
            for value in self._values_of(member):
                pending.extend(self._subjects_in(value))
        return group

    def _subjects_in(self, value: Source) -> list[Subject]:
        """List what the fact of a value may depend on."""
        found: list[Subject] = []
        pending: list[Source] = [value.start, value.stop, value.step] if isinstance(value, s.NumericFor) else [value]
        while pending:
            node = pending.pop()
            match node:
                case s.Name(symbol=symbol) if symbol is not None:
                    found.append(symbol)
                case s.Index():
                    slot = self.shapes.slot(node)
                    if slot is not None:
                        found.append(slot)
                        pending.append(node.owner)
                case Element():
                    slot = self.shapes.slot_of(node)
                    if slot is not None:
                        found.append(slot)
                case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                    pending.append(inner)
                case s.Unary(operand=operand):
                    pending.append(operand)
                case s.Binary(left=left, right=right) | s.Logical(left=left, right=right):
                    pending.extend((left, right))
                case s.Call():
                    callee = self.results.callee(node)
                    if callee is not None:
                        found.append(callee)
                case s.MethodCall(owner=owner):
                    pending.append(owner)
        return found

    def _of_values(self, subject: Subject) -> Fact:
        """Join the facts of all that a subject is set to; small steps from itself only make its range wider."""
        found = NONE
        steps = [0]
        for value in self._values_of(subject):
            step = self._step(subject, value)
            if step is None:
                found = found.join(self._of_value(value))
            else:
                steps.extend(step)
        if len(steps) == 1 or found.type in (Type.NONE, Type.FLOAT, Type.NUMBER):
            return found
        if found.type is not Type.INTEGER:
            return UNKNOWN  # a numeral, perhaps, that the first step makes a number of
        counted = Range(found.range.low + min(steps) * COUNT, found.range.high + max(steps) * COUNT)
        return Fact(Type.INTEGER, counted if counted.fits else WHOLE, found.nil)

    def _step(self, subject: Subject, value: Source) -> Range | None:
        """Tell by how much a subject is counted up where it is set to itself and a small step; None for all else."""
        match value:
            case s.Binary(operator="+" | "-", left=left, right=right) if self._is(left, subject):
                step = self.fact(right)
                if step.type is Type.NONE:
                    return Range(0, 0)
                small = step.type is Type.INTEGER and step.range.low >= -STEP and step.range.high <= STEP
                if small:
                    return step.range if value.operator == "+" else Range(-step.range.high, -step.range.low)
        return None

    def _is(self, node: s.Expression, subject: Subject) -> bool:
        """Tell whether an expression reads a local or a field."""
        if isinstance(node, s.Name):
            return node.symbol is subject
        return isinstance(node, s.Index) and isinstance(subject, Slot) and self.shapes.slot(node) is subject

    def _values_of(self, subject: Subject) -> Sequence[Source]:
        """List what a subject is ever set to."""
        if isinstance(subject, Slot):
            return [*subject.values]
        values = values_of(subject)
        element = self.shapes.element(subject) if isinstance(subject, Symbol) else None
        return values if element is None else [element, *values[1:]]

    def _of_value(self, value: Source) -> Fact:
        match value:
            case None:
                return UNKNOWN
            case Element():
                slot = self.shapes.slot_of(value)
                return UNKNOWN if slot is None else self.of_subject(slot).or_nil(not value.never_nil)
            case s.NumericFor():
                return self._of_loop(value)
            case s.GenericFor():
                return self._of_position(value)
        return self.fact(value)

    def _of_position(self, loop: s.GenericFor) -> Fact:
        """Give what is proven of the first variable of a generic loop: `ipairs` counts."""
        iterator = loop.values[0]
        if isinstance(iterator, s.Call) and self.standard.function(iterator.function) == "ipairs":
            # Only __index can go on counting behind the last element, and no list has more than a string has bytes.
            kept = len(iterator.arguments) == 1 and self.shapes.is_kept(iterator.arguments[0])
            return Fact(Type.INTEGER, Range(1, _LONGEST_STRING if kept else COUNT))
        return UNKNOWN

    def _of_loop(self, loop: s.NumericFor) -> Fact:
        """Give what is proven of a loop's variable (manual 3.3.5)."""
        start = self.fact(loop.start)
        step = Fact(Type.INTEGER, Range(1, 1)) if loop.step is None else self.fact(loop.step)
        stop = self.fact(loop.stop)
        if Type.NONE in (start.type, step.type, stop.type):
            return NONE
        if start.type is Type.INTEGER and step.type is Type.INTEGER:
            return Fact(Type.INTEGER, self._loop_range(start.range, stop, step.range))
        if Type.FLOAT in (start.type, step.type) and start.type in NUMBERS and step.type in NUMBERS:
            return _FLOAT
        return _NUMBER

    @staticmethod
    def _loop_range(start: Range, stop: Fact, step: Range) -> Range:
        far = Range(start.low, start.high)
        if step.low > 0:
            end = stop.range.high if stop.type is Type.INTEGER else start.high + step.high * COUNT
            far = Range(start.low, max(start.high, min(end, start.high + step.high * COUNT)))
        elif step.high < 0:
            end = stop.range.low if stop.type is Type.INTEGER else start.low + step.low * COUNT
            far = Range(min(start.low, max(end, start.low + step.low * COUNT)), start.high)
        else:
            return WHOLE
        return far if far.fits else WHOLE

    def _of_unary(self, node: s.Unary) -> Fact:
        if node.operator == "not":
            return _BOOLEAN
        operand = self.fact(node.operand)
        if node.operator == "#" and (operand.type is Type.STRING or self.shapes.is_kept(node.operand)):
            return Fact(Type.INTEGER, Range(0, _LONGEST_STRING))
        if operand.type is Type.NONE:
            return NONE
        if node.operator == "#":
            return UNKNOWN
        if node.operator == "~":
            if operand.type is not Type.INTEGER:
                return UNKNOWN
            return Fact(Type.INTEGER, Range(~operand.range.high, ~operand.range.low))
        if operand.type is not Type.INTEGER:
            return operand.or_nil(False) if operand.type in NUMBERS else UNKNOWN
        negated = Range(-operand.range.high, -operand.range.low)
        return Fact(Type.INTEGER, negated if negated.fits else WHOLE)

    def _of_binary(self, node: s.Binary) -> Fact:
        if node.operator in _COMPARISONS:
            return _BOOLEAN
        left, right = self.fact(node.left), self.fact(node.right)
        if Type.NONE in (left.type, right.type):
            return NONE
        if node.operator == "..":
            return _STRING if left.type in _TEXTS and right.type in _TEXTS else UNKNOWN
        if left.type not in NUMBERS or right.type not in NUMBERS:
            return UNKNOWN
        if node.operator in ("/", "^") or (Type.FLOAT in (left.type, right.type) and node.operator not in _BITWISE):
            return _FLOAT
        if left.type is right.type is Type.INTEGER:
            return Fact(Type.INTEGER, exact(node.operator, left.range, right.range) or WHOLE)
        return _INTEGER if node.operator in _BITWISE else _NUMBER


def values_of(subject: Symbol | FunctionScope) -> Sequence[Source]:
    """List what a local is ever set to, arguments of calls included, or what a function returns; None: cannot tell."""
    if isinstance(subject, FunctionScope):
        return [node.values[0] for node in subject.returns if node.values]
    if subject.parameter_of is None:
        return subject.values
    function, place = subject.parameter_of
    if not function.only_called:
        return [*subject.values, None]
    return [*subject.values, *(given(call.arguments, place) for call in function.calls)]


def given(values: list[s.Expression], place: int) -> s.Expression | None:
    """Give the expression whose first value comes to a place of a list; None where there is none."""
    return values[place] if place < len(values) else None
