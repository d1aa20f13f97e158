"""Expressions: each becomes one Python expression; function bodies in it are defined in statements before it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from compiler import abi
from compiler import syntax as s
from compiler.emit import nodes as n
from compiler.emit import plain
from compiler.proofs import NUMBERS, Type
from compiler.scope import Storage

if TYPE_CHECKING:
    from compiler.emit.chunk import Emitter
    from compiler.scope import Symbol

_ALWAYS_TRUE = frozenset({*NUMBERS, Type.STRING, Type.TABLE})
_WITHOUT_METAMETHODS = frozenset({*NUMBERS, Type.STRING})
_COMPARISONS = frozenset({"==", "~=", "<", "<=", ">", ">="})


class ExpressionEmitter:
    """Writes expressions; statements that must come before go to `emitter.out`."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter

    # --- one value --------------------------------------------------------------------------------

    def value(self, node: s.Expression) -> ast.expr:
        """Write an expression cut to one value."""
        match node:
            case s.Nil():
                return n.constant(None, node.pos)
            case s.Boolean() | s.Number() | s.String():
                return n.constant(node.value, node.pos)
            case s.Name():
                return self.name(node)
            case s.Index():
                return self.index(node)
            case s.Call() | s.MethodCall():
                if self.is_single(node):
                    return self.call(node)
                return self.first(self.call(node), node.pos)
            case s.Vararg():
                return n.helper(abi.FIRST, [n.load(self.emitter.vararg, node.pos)], node.pos)
            case s.Parenthesis() | s.Cast():
                return self.value(node.inner)
            case s.Binary():
                return self.binary(node)
            case s.Logical():
                return self.logical(node)
            case s.Unary():
                return self.unary(node)
            case s.TableConstructor():
                return self.table(node)
            case s.Function():
                return self.emitter.functions.closure(node)

    def first(self, results: ast.expr, pos: s.Position) -> ast.expr:
        """Cut the results of a call to one, without a call where they are one already."""
        temporary = self.emitter.temporary("result")
        is_value = n.is_not(n.class_of(n.walrus(temporary, results, pos), pos), n.load(abi.TUPLE, pos), pos)
        return n.conditional(is_value, n.load(temporary, pos), n.helper(abi.FIRST, [n.load(temporary, pos)], pos), pos)

    def operand(self, node: s.Expression, *later: s.Expression) -> ast.expr:
        """Write an operand of a helper, which cuts a list of results itself, unless `later` operands could tell.

        Results may stand for a call that is still to be carried out, so nothing that this call could change may be
        evaluated in between.
        """
        if not self.is_multiple(node) or not all(self.is_steady(other) for other in later):
            return self.value(node)
        return self.results(node)

    def is_steady(self, node: s.Expression) -> bool:
        """Tell whether an expression means the same before and after any call."""
        if isinstance(node, (s.Nil, s.Boolean, s.Number, s.String)):
            return True
        return (
            self.is_simple(node)
            and isinstance(node, s.Name)
            and node.symbol is not None
            and (node.symbol.constant or not node.symbol.captured)
        )

    def name(self, node: s.Name) -> ast.expr:
        """Read a variable."""
        if node.symbol is None:
            variable = self.emitter.standard.variable(node.name)
            if variable is not None:
                return n.load(variable, node.pos)
            return n.element(n.load(abi.ENVIRONMENT, node.pos), n.constant(node.name, node.pos), node.pos)
        return self.read(node.symbol, node.pos)

    def storage(self, node: s.Name) -> ast.expr:
        """Read a local, or the table that a global is in."""
        return n.load(abi.ENVIRONMENT, node.pos) if node.symbol is None else self.read(node.symbol, node.pos)

    def read(self, symbol: Symbol, pos: s.Position) -> ast.expr:
        """Read a local."""
        variable = n.load(symbol.python, pos)
        return n.element(variable, n.constant(0, pos), pos) if symbol.storage is Storage.BOX else variable

    # --- indexing ---------------------------------------------------------------------------------

    def index(self, node: s.Index) -> ast.expr:
        """Read owner[key]; an element of a plain local is read without a helper where the local holds a table."""
        member = self.emitter.standard.member(node)
        if member is not None:
            return n.load(member, node.pos)
        self.blame(node.pos, node.owner)
        key = node.key
        owner = self.owner(node.owner)
        if owner is not None:
            return n.element(owner, self.value(key), node.pos)
        if self.is_simple(node.owner) and (self.is_simple(key) or isinstance(key, (s.String, s.Number))):
            direct = n.element(self.value(node.owner), self.value(key), node.pos)
            general = n.helper(abi.INDEX, [self.value(node.owner), self.value(key)], node.pos)
            return n.conditional(self.is_table(node.owner, node.pos), direct, general, node.pos)
        return n.helper(abi.INDEX, [self.operand(node.owner, key), self.value(key)], node.pos)

    def owner(self, node: s.Expression) -> ast.expr | None:
        """Write what the elements of a value are read from and written to by subscripts alone, where there is such."""
        if self.emitter.proofs.fact(node).type is Type.TABLE:
            return self.value(node)
        if isinstance(node, s.Name) and node.symbol in self.emitter.owners:
            return n.load(self.emitter.owners[node.symbol], node.pos)
        return None

    def is_table(self, node: s.Expression, pos: s.Position) -> ast.expr:
        """Test whether a plain local holds a table.

        PERF: the test costs 7 ns and saves a helper call of 30.
        """
        return n.is_(n.class_of(self.value(node), pos), n.load(abi.TABLE, pos), pos)

    @staticmethod
    def is_simple(node: s.Expression) -> bool:
        """Tell whether reading an expression twice costs nothing and changes nothing."""
        return isinstance(node, s.Name) and node.symbol is not None and node.symbol.storage is not Storage.BOX

    # --- calls and lists --------------------------------------------------------------------------

    def call(self, node: s.Call | s.MethodCall) -> ast.expr:
        """Write a call that gives all its results."""
        if isinstance(node, s.Call):
            if self.emitter.rooted is not None and self.emitter.generators.is_yield(node):
                return self.yield_(node)
            self.blame(node.pos, node.function)
            return self.apply(self.value(node.function), [], node.arguments, node.pos, self.is_callable(node.function))
        self.blame(node.name_pos, node.owner)
        self.emitter.names[node.pos] = (f"method '{node.name}'",)
        name = n.constant(node.name, node.pos)
        of_string = self.method_of_string(node)
        if of_string is not None:
            function = n.load(of_string, node.name_pos)
            return self.apply(function, [self.value(node.owner)], node.arguments, node.pos, direct=True)
        if self.is_simple(node.owner):
            owner = self.owner(node.owner)
            function = n.element(owner or self.value(node.owner), n.constant(node.name, node.pos), node.name_pos)
            if owner is None:
                general = n.helper(abi.INDEX, [self.value(node.owner), name], node.name_pos)
                function = n.conditional(self.is_table(node.owner, node.name_pos), function, general, node.name_pos)
            return self.apply(function, [self.value(node.owner)], node.arguments, node.pos, direct=True)
        temporary = self.emitter.temporary("owner")
        owner = n.walrus(temporary, self.value(node.owner), node.owner.pos)
        function = n.helper(abi.INDEX, [owner, name], node.name_pos)
        return self.apply(function, [n.load(temporary, node.pos)], node.arguments, node.pos, direct=True)

    def yield_(self, node: s.Call) -> ast.expr:
        """Hand values to whoever resumes the generator; gives the results that come back."""
        arguments, pos = node.arguments, node.pos
        if len(arguments) == 1 and self.is_multiple(arguments[0]):
            handed = n.helper(abi.JOIN, [n.tuple_([], pos), self.results(arguments[0])], pos)
        else:
            handed = self.list_results(arguments, pos)
        return n.at(ast.Yield(handed), pos)

    def method_of_string(self, node: s.MethodCall) -> str | None:
        """Give the variable that holds the method which is called of what is certainly a string."""
        if self.emitter.proofs.of(node.owner) is not Type.STRING:
            return None
        return self.emitter.standard.method(node.name)

    def is_settled(self, node: s.Call | s.MethodCall) -> bool:
        """Tell whether the results of a call are never a call that is still to be carried out."""
        if isinstance(node, s.MethodCall):
            return self.method_of_string(node) is not None
        return self.emitter.results.is_settled(node)

    def postponed(self, node: s.Call | s.MethodCall) -> ast.expr:
        """Write a call in tail position as results that say what to call, so that the stack does not grow."""
        before: list[ast.expr] = []
        if isinstance(node, s.Call):
            self.blame(node.pos, node.function)
            function = self.value(node.function)
        else:
            self.blame(node.name_pos, node.owner)
            self.emitter.names[node.pos] = (f"method '{node.name}'",)
            temporary = self.emitter.temporary("owner")
            owner = n.walrus(temporary, self.value(node.owner), node.owner.pos)
            function = n.helper(abi.INDEX, [owner, n.constant(node.name, node.pos)], node.name_pos)
            before.append(n.load(temporary, node.pos))
        arguments = node.arguments
        rest: list[ast.expr] = []
        if arguments and self.is_multiple(arguments[-1]):
            rest.append(
                n.at(ast.Starred(n.helper(abi.MANY, [self.results(arguments[-1])], node.pos), n.LOAD), node.pos)
            )
            arguments = arguments[:-1]
        values = [*before, *(self.value(argument) for argument in arguments), *rest]
        return n.helper(abi.TAIL_CALL, [function, n.tuple_(values, node.pos)], node.pos)

    @staticmethod
    def is_callable(node: s.Expression) -> bool:
        """Tell whether Python's compiler will not warn of a call of what is no function."""
        return isinstance(node, (s.Name, s.Index, s.Call, s.MethodCall, s.Function, s.Logical)) or (
            isinstance(node, (s.Parenthesis, s.Cast)) and ExpressionEmitter.is_callable(node.inner)
        )

    def apply(
        self, function: ast.expr, before: list[ast.expr], arguments: list[s.Expression], pos: s.Position, direct: bool
    ) -> ast.expr:
        """Call with arguments, the last of which may be a list of values."""
        if arguments and self.is_multiple(arguments[-1]):
            fixed = [*before, *(self.value(argument) for argument in arguments[:-1])]
            return n.helper(abi.SPREAD, [function, n.tuple_(fixed, pos), self.results(arguments[-1])], pos)
        fixed = [*before, *(self.value(argument) for argument in arguments)]
        if direct:
            return n.call(function, fixed, pos)
        return n.helper(abi.SPREAD, [function, n.tuple_(fixed, pos), n.tuple_([], pos)], pos)

    def is_multiple(self, node: s.Expression) -> bool:
        """Tell whether an expression may give none or several values."""
        return isinstance(node, (s.Call, s.MethodCall, s.Vararg)) and not self.is_single(node)

    def is_inert(self, node: s.Expression) -> bool:
        """Tell whether evaluating an expression cannot run Lua code, be it a function or a metamethod."""
        match node:
            case s.Nil() | s.Boolean() | s.Number() | s.String() | s.Name() | s.Function():
                return True
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                return self.is_inert(inner)
            case s.TableConstructor(fields=fields):
                return all(self.is_inert(field.value) for field in fields) and all(
                    field.key is None or self.is_inert(field.key) for field in fields
                )
            case s.Binary(left=left, right=right):
                types = {self.emitter.proofs.of(left), self.emitter.proofs.of(right)}
                return types <= _WITHOUT_METAMETHODS and self.is_inert(left) and self.is_inert(right)
        return False

    def is_single(self, node: s.Expression) -> bool:
        """Tell whether an expression gives exactly one value, though it is a call."""
        if isinstance(node, s.MethodCall):
            result = self.emitter.proofs.method_result(node)
            return result is not None and result.is_single
        return self.emitter.results.is_single(node)

    def results(self, node: s.Expression) -> ast.expr:
        """Write an expression as the results of a call: a value, or a tuple."""
        if isinstance(node, s.Vararg):
            return n.load(self.emitter.vararg, node.pos)
        if isinstance(node, (s.Call, s.MethodCall)):
            return self.call(node)
        return self.value(node)

    def list_results(self, values: list[s.Expression], pos: s.Position) -> ast.expr:
        """Write a list of expressions as the results of a call; a vararg alone may be a tuple of one."""
        if len(values) == 1:
            return self.results(values[0])
        if values and self.is_multiple(values[-1]):
            fixed = [self.value(value) for value in values[:-1]]
            return n.helper(abi.JOIN, [n.tuple_(fixed, pos), self.results(values[-1])], pos)
        return n.tuple_([self.value(value) for value in values], pos)

    # --- operators --------------------------------------------------------------------------------

    def binary(self, node: s.Binary) -> ast.expr:
        """Write an operator: plain Python where the types of the operands are proven, else a helper."""
        self.blame(node.pos, node.left, node.right)
        compare = plain.comparison(node, self.emitter.proofs)
        if compare is not None:
            return n.at(ast.Compare(self.value(node.left), [compare], [self.value(node.right)]), node.pos)
        operator = plain.arithmetic(node, self.emitter.proofs)
        if operator is not None:
            return n.at(ast.BinOp(self.value(node.left), operator, self.value(node.right)), node.pos)
        if node.operator in ("==", "~="):
            return self.equality(node)
        if node.operator == "..":
            return self.concatenation(node)
        operands = [self.operand(node.left, node.right), self.operand(node.right)]
        return n.helper(abi.BINARY[node.operator], operands, node.pos)

    def equality(self, node: s.Binary) -> ast.expr:
        """Compare; for constants that are no numbers Python's own test suffices (to Python, True is 1)."""
        right = node.right
        left = node.left
        of_number = self.equality_with_number(node)
        if of_number is not None:
            return of_number
        if isinstance(left, (s.Nil, s.Boolean, s.Number, s.String)):
            left, right = right, left
        if isinstance(left, (s.Nil, s.Boolean, s.Number, s.String)) or not isinstance(
            right, (s.Nil, s.Boolean, s.String)
        ):
            operands = [self.operand(node.left, node.right), self.operand(node.right)]
            return n.helper(abi.BINARY[node.operator], operands, node.pos)
        operators: list[ast.cmpop]
        if isinstance(right, s.String):
            operators = [ast.Eq() if node.operator == "==" else ast.NotEq()]
        else:
            operators = [ast.Is() if node.operator == "==" else ast.IsNot()]
        return n.at(ast.Compare(self.value(left), operators, [self.value(right)]), node.pos)

    def equality_with_number(self, node: s.Binary) -> ast.expr | None:
        """Compare with an integer literal by Python's test; a boolean, which to Python is 0 or 1, is asked for."""
        number, other = plain.integer(node.right), node.left
        if number is None:
            number, other = plain.integer(node.left), node.right
        if number is None:
            return None
        sign: ast.cmpop = ast.Eq() if node.operator == "==" else ast.NotEq()
        if number not in (0, 1):
            value = self.value(other)
            return n.at(ast.Compare(value, [sign], [n.constant(number, node.pos)]), node.pos)
        if not self.is_simple(other):
            return None
        boolean = n.constant(number == 1, node.pos)
        same = n.at(ast.Compare(self.value(other), [sign], [n.constant(number, node.pos)]), node.pos)
        if node.operator == "==":
            return n.both([same, n.is_not(self.value(other), boolean, node.pos)], node.pos)
        return n.either([same, n.is_(self.value(other), boolean, node.pos)], node.pos)

    def concatenation(self, node: s.Binary) -> ast.expr:
        """Write a chain of .. as one call, or as a Python string with values in it."""
        parts: list[s.Expression] = []
        rest: s.Expression = node
        while isinstance(rest, s.Binary) and rest.operator == "..":
            parts.append(rest.left)
            rest = rest.right
        parts.append(rest)
        if all(isinstance(part, s.String) or self.emitter.proofs.of(part) is Type.INTEGER for part in parts):
            return self.formatted(parts, node.pos)
        self.blame(node.pos, *parts)
        if len(parts) == 2:
            return n.helper(abi.BINARY[".."], [self.operand(node.left, node.right), self.operand(node.right)], node.pos)
        pieces = [self.operand(part, *parts[place + 1 :]) for place, part in enumerate(parts)]
        return n.helper(abi.CONCAT_ALL, pieces, node.pos)

    def formatted(self, parts: list[s.Expression], pos: s.Position) -> ast.expr:
        """Write literals and integers in a row as a Python string with values in it; it cannot get too long.

        PERF: 55 ns in place of 125 for two literals and an integer.
        """
        pieces: list[ast.expr] = []
        for part in parts:
            value = self.value(part)
            text = isinstance(part, s.String)
            pieces.append(value if text else n.at(ast.FormattedValue(value, -1, None), part.pos))
        return n.at(ast.JoinedStr(pieces), pos)

    def unary(self, node: s.Unary) -> ast.expr:
        """Write a prefix operator; the minus of a numeral is part of it."""
        if node.operator == "not":
            return n.negate(self.test(node.operand), node.pos)
        if node.operator == "-" and isinstance(node.operand, s.Number) and node.operand.value != 0:
            return n.constant(-node.operand.value, node.pos)
        self.blame(node.pos, node.operand)
        if node.operator == "-" and plain.can_negate(node.operand, self.emitter.proofs):
            return n.at(ast.UnaryOp(ast.USub(), self.value(node.operand)), node.pos)
        if node.operator == "~" and plain.can_invert(node.operand, self.emitter.proofs):
            return n.at(ast.UnaryOp(ast.Invert(), self.value(node.operand)), node.pos)
        return n.helper(abi.UNARY[node.operator], [self.operand(node.operand)], node.pos)

    def logical(self, node: s.Logical) -> ast.expr:
        """Write `and` and `or` for their value."""
        if self.is_boolean(node.left):
            other = n.constant(node.operator == "or", node.pos)
            right = self.value(node.right)
            test = self.test(node.left)
            return (
                n.conditional(test, right, other, node.pos)
                if node.operator == "and"
                else n.conditional(test, other, right, node.pos)
            )
        if self.is_simple(node.left):
            test, kept = self.test(node.left), self.value(node.left)
        else:
            temporary = self.emitter.fresh("left")
            test = self.truth(n.walrus(temporary, self.value(node.left), node.pos), temporary, node.pos)
            kept = n.load(temporary, node.pos)
        right = self.value(node.right)
        return (
            n.conditional(test, right, kept, node.pos)
            if node.operator == "and"
            else n.conditional(test, kept, right, node.pos)
        )

    # --- conditions -------------------------------------------------------------------------------

    def is_boolean(self, node: s.Expression) -> bool:
        """Tell whether an expression gives true or false and nothing else."""
        match node:
            case s.Boolean():
                return True
            case s.Binary():
                return node.operator in _COMPARISONS
            case s.Unary():
                return node.operator == "not"
            case s.Logical():
                return self.is_boolean(node.left) and self.is_boolean(node.right)
            case s.Parenthesis():
                return self.is_boolean(node.inner)
            case s.Name():
                return self.emitter.proofs.of(node) is Type.BOOLEAN
        return False

    def test(self, node: s.Expression) -> ast.expr:
        """Write an expression as a condition."""
        match node:
            case s.Logical():
                tests = [self.test(node.left), self.test(node.right)]
                return n.both(tests, node.pos) if node.operator == "and" else n.either(tests, node.pos)
            case s.Unary() if node.operator == "not":
                return n.negate(self.test(node.operand), node.pos)
            case s.Parenthesis():
                return self.test(node.inner)
            case s.Nil():
                return n.constant(False, node.pos)
            case s.Number() | s.String() | s.Function():
                return n.constant(True, node.pos)
        fact = self.emitter.proofs.fact(node)
        if self.is_boolean(node) or fact.type is Type.BOOLEAN:
            return self.value(node)
        if fact.nil and fact.type in _ALWAYS_TRUE:
            return n.is_not(self.value(node), n.constant(None, node.pos), node.pos)
        if self.is_simple(node) and self.emitter.proofs.of(node) in _ALWAYS_TRUE:
            return n.constant(True, node.pos)
        if self.is_simple(node) and isinstance(node, s.Name) and node.symbol is not None:
            return self.truth(self.value(node), node.symbol.python, node.pos)
        temporary = self.emitter.temporary("test")
        return self.truth(n.walrus(temporary, self.value(node), node.pos), temporary, node.pos)

    @staticmethod
    def truth(value: ast.expr, again: str, pos: s.Position) -> ast.expr:
        """Test a value for what Lua takes as true; `again` is the variable that holds it once it is evaluated."""
        not_nil = n.is_not(value, n.constant(None, pos), pos)
        return n.both([not_nil, n.is_not(n.load(again, pos), n.constant(False, pos), pos)], pos)

    # --- tables -----------------------------------------------------------------------------------

    def table(self, node: s.TableConstructor) -> ast.expr:
        """Write a constructor, by the shape of its fields."""
        fields = node.fields
        if not fields:
            return n.helper(abi.NEW_TABLE, [], node.pos)
        last: ast.expr | None = None
        if fields[-1].key is None and self.is_multiple(fields[-1].value):
            fields = fields[:-1]
        if all(field.key is None for field in fields):
            built = n.helper(
                abi.TABLE_LIST, [n.list_([self.value(field.value) for field in fields], node.pos)], node.pos
            )
        elif all(isinstance(field.key, s.String) for field in fields):
            built = self.record(fields, node.pos)
        else:
            built = self.mixed(fields, node.pos)
        if len(fields) != len(node.fields):
            last = self.results(node.fields[-1].value)
            count = n.constant(sum(1 for field in fields if field.key is None), node.pos)
            return n.helper(abi.TABLE_EXTEND, [built, count, last], node.pos)
        return built

    def record(self, fields: list[s.TableField], pos: s.Position) -> ast.expr:
        keys: list[ast.expr | None] = [self.value(field.key) for field in fields if field.key is not None]
        values = [self.value(field.value) for field in fields]
        return n.helper(abi.TABLE_FIELDS, [n.at(ast.Dict(keys, values), pos)], pos)

    def mixed(self, fields: list[s.TableField], pos: s.Position) -> ast.expr:
        flat: list[ast.expr] = []
        for field in fields:
            flat.append(n.constant(..., pos) if field.key is None else self.value(field.key))
            flat.append(self.value(field.value))
        return n.helper(abi.TABLE_MIXED, flat, pos)

    # --- names for errors -------------------------------------------------------------------------

    def blame(self, pos: s.Position, *operands: s.Expression) -> None:
        """Record what the operands of an expression are called, for the message when it fails."""
        names = tuple(self.describe(operand) for operand in operands)
        if any(names):
            self.emitter.names[pos] = names

    def describe(self, node: s.Expression) -> str | None:
        """Name an operand as the reference Lua does: local, upvalue, global, field, method."""
        match node:
            case s.Name(symbol=None):
                return f"global '{node.name}'"
            case s.Name() if node.symbol is not None:
                kind = "local" if node.symbol.owner is self.emitter.scope else "upvalue"
                return f"{kind} '{node.name}'"
            case s.Index(key=s.String(value=key)):
                return f"field '{key}'"
            case s.Index():
                return "field '?'"
            case s.Parenthesis() | s.Cast():
                return self.describe(node.inner)
        return None
