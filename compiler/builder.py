"""Build the syntax tree while the parser reduces: one method for each rule of the grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Token, Transformer, Tree

from compiler import literals
from compiler import syntax as s

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Left and right binding power of the binary operators, and the power of the prefix operators (manual 3.4.8).
_BINARY = {
    "or": (1, 1),
    "and": (2, 2),
    **dict.fromkeys(("<", ">", "<=", ">=", "~=", "=="), (3, 3)),
    "|": (4, 4),
    "~": (5, 5),
    "&": (6, 6),
    **dict.fromkeys(("<<", ">>"), (7, 7)),
    "..": (9, 8),
    **dict.fromkeys(("+", "-"), (10, 10)),
    **dict.fromkeys(("*", "/", "//", "%"), (11, 11)),
    "^": (14, 13),
}
_PREFIX = 12


class BuildError(Exception):
    """A mistake that the grammar lets pass; the parser turns it into a SourceError."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def position(token: Token) -> s.Position:
    """Give the span of a token."""
    return s.Position(token.line or 0, (token.column or 1) - 1, token.end_line or 0, (token.end_column or 1) - 1)


def _span(tokens: Sequence[Token]) -> s.Position:
    return position(tokens[0]).to(position(tokens[-1]))


class _Operator:
    """`>>`, which the lexer hands over as two tokens, as one."""

    __slots__ = ("pos", "text")

    def __init__(self, text: str, pos: s.Position) -> None:
        self.text = text
        self.pos = pos


class TreeBuilder(Transformer[Token, s.Function]):
    """Makes nodes of `compiler.syntax`; types become `TypeExpression` by the name of their rule."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)

    # --- leaves -----------------------------------------------------------------------------------

    def _literal(self, token: Token, read: Callable[[str], Any]) -> Any:
        try:
            return read(str(token))
        except literals.LiteralError as error:
            raise self._inside(token, error) from None

    @staticmethod
    def _inside(token: Token, error: literals.LiteralError) -> BuildError:
        before = str(token)[: error.offset]
        line = (token.line or 0) + before.count("\n")
        column = error.offset - before.rfind("\n") - 1 if "\n" in before else (token.column or 1) - 1 + error.offset
        return BuildError(error.message, line, column)

    def value(self, item: Any) -> s.Expression:
        """Make an expression of a terminal; nodes pass."""
        if not isinstance(item, Token):
            return item  # type: ignore[no-any-return]
        pos = position(item)
        kind = item.type
        if kind == "NUMERAL":
            return s.Number(pos, self._literal(item, literals.numeral))
        if kind == "STRING":
            return s.String(pos, self._literal(item, literals.short_string))
        if kind == "LONG_STRING":
            return s.String(pos, self._literal(item, literals.long_string))
        if kind == "NIL":
            return s.Nil(pos)
        if kind == "VARARG":
            return s.Vararg(pos)
        return s.Boolean(pos, kind == "TRUE")

    # --- expressions ------------------------------------------------------------------------------

    def name(self, items: list[Any]) -> s.Name:
        return s.Name(position(items[0]), str(items[0]))

    def index(self, items: list[Any]) -> s.Index:
        owner, key, end = items
        return s.Index(owner.pos.to(position(end)), owner, key)

    def field(self, items: list[Any]) -> s.Index:
        owner, name = items
        return s.Index(owner.pos.to(position(name)), owner, s.String(position(name), str(name)))

    def arguments(self, items: list[Any]) -> tuple[list[s.Expression], s.Position]:
        last = items[-1]
        if isinstance(last, Token) and last.type == "RPAR":
            return items[:-1], position(last)
        value = self.value(last)
        return [value], value.pos

    def call(self, items: list[Any]) -> s.Call:
        function, (arguments, end) = items
        return s.Call(function.pos.to(end), function, arguments)

    def method_call(self, items: list[Any]) -> s.MethodCall:
        owner, name, (arguments, end) = items
        return s.MethodCall(owner.pos.to(end), owner, str(name), arguments, owner.pos.to(position(name)))

    def parenthesis(self, items: list[Any]) -> s.Parenthesis:
        return s.Parenthesis(_span((items[0], items[2])), items[1])

    def right_shift(self, items: list[Token]) -> _Operator:
        first, second = position(items[0]), position(items[1])
        if (first.end_line, first.end_column) != (second.line, second.column):
            raise BuildError("unexpected '>'", second.line, second.column)
        return _Operator(">>", first.to(second))

    def colon_cast(self, items: list[Any]) -> s.TypeExpression:
        return s.TypeExpression("colon_cast", tuple(items))

    def as_cast(self, items: list[Any]) -> s.TypeExpression:
        return s.TypeExpression("as_cast", (items[1],))

    def cast(self, items: list[Any]) -> s.Expression:
        inner = self.value(items[0])
        colons = 0
        for suffix in items[1:]:
            if isinstance(suffix, Token):
                inner = s.Cast(inner.pos.to(position(suffix)), inner, None)
                continue
            colons += suffix.form == "colon_cast"
            if colons > 1:
                raise BuildError(
                    "'::' cannot be repeated; use 'as' or parentheses", inner.pos.end_line, inner.pos.end_column
                )
            inner = s.Cast(inner.pos, inner, suffix.parts[0])
        return inner

    def expression(self, items: list[Any]) -> s.Expression:
        if len(items) == 1:
            return self.value(items[0])
        return _Climber(self, items).parse(0)

    def table(self, items: list[Any]) -> s.TableConstructor:
        fields = [item if isinstance(item, s.TableField) else s.TableField(None, item) for item in items[1:-1]]
        return s.TableConstructor(_span((items[0], items[-1])), fields)

    def keyed_field(self, items: list[Any]) -> s.TableField:
        return s.TableField(items[0], items[1])

    def named_field(self, items: list[Any]) -> s.TableField:
        return s.TableField(s.String(position(items[0]), str(items[0])), items[1])

    # --- functions --------------------------------------------------------------------------------

    def parameter(self, items: list[Any]) -> s.TypedName:
        return self.typed_name(items)

    def vararg_parameter(self, items: list[Any]) -> s.TypedName:
        return self.typed_name(items)

    def typed_name(self, items: list[Any]) -> s.TypedName:
        return s.TypedName(str(items[0]), position(items[0]), items[1] if len(items) > 1 else None)

    def annotation(self, items: list[Any]) -> s.TypeExpression:
        if isinstance(items[0], Token):  # `name?: T`
            return s.TypeExpression("optional", (items[1],))
        return items[0]  # type: ignore[no-any-return]

    def parameters(self, items: list[s.TypedName]) -> list[s.TypedName]:
        for parameter in items[:-1]:
            if parameter.name == "...":
                raise BuildError("'...' must be the last parameter", parameter.pos.line, parameter.pos.column)
        return items

    def function_body(self, items: list[Any]) -> s.Function:
        generics: s.TypeExpression | None = None
        returns: s.TypeExpression | None = None
        parameters: list[s.TypedName] = []
        for item in items[:-2]:
            if isinstance(item, list):
                parameters = item
            elif item.form == "generics":
                generics = item
            else:
                returns = item
        vararg = parameters.pop() if parameters and parameters[-1].name == "..." else None
        return s.Function(position(items[-1]), parameters, vararg, items[-2], generics=generics, returns=returns)

    def function(self, items: list[Any]) -> s.Function:
        return self._placed(items[0], items[1])

    @staticmethod
    def _placed(start: Token, function: s.Function) -> s.Function:
        function.pos = position(start).to(function.pos)
        return function

    def function_name(self, items: list[Any]) -> tuple[list[Token], Token | None]:
        if isinstance(items[-1], tuple):
            return items[:-1], items[-1][0]
        return items, None

    def method_name(self, items: list[Token]) -> tuple[Token]:
        return (items[0],)

    def function_statement(self, items: list[Any]) -> s.Assignment:
        keyword, (path, method), function = items
        function = self._placed(keyword, function)
        target: s.Expression = self.name(path[:1])
        for part in path[1:]:
            target = self.field([target, part])
        function.name = ".".join(path)
        if method is not None:
            target = self.field([target, method])
            function.name += f":{method}"
            function.parameters.insert(0, s.TypedName("self", position(method)))
        return s.Assignment(function.pos, [target], [function])

    def local_function(self, items: list[Any]) -> s.LocalFunction:
        keyword, _, name, function = items
        function = self._placed(keyword, function)
        function.name = str(name)
        return s.LocalFunction(function.pos, s.TypedName(str(name), position(name)), function)

    # --- statements -------------------------------------------------------------------------------

    def block(self, items: list[Any]) -> s.Block:
        pos = items[0].pos.to(items[-1].pos) if items else s.Position(1, 0, 1, 0)
        return s.Block(items, pos)

    def local(self, items: list[Any]) -> s.Local:
        names = [item for item in items[1:] if isinstance(item, s.TypedName)]
        values: list[s.Expression] = items[-1] if isinstance(items[-1], list) else []
        if len(names) == 1 and len(values) == 1 and isinstance(values[0], s.Function):
            values[0].name = names[0].name
        end = values[-1].pos if values else names[-1].pos
        return s.Local(position(items[0]).to(end), names, values)

    def initial(self, items: list[Any]) -> list[s.Expression]:
        return items

    def assignment(self, items: list[Any]) -> s.Assignment:
        middle = next(index for index, item in enumerate(items) if isinstance(item, Token))
        targets, values = items[:middle], items[middle + 1 :]
        if len(targets) == len(values) == 1 and isinstance(values[0], s.Function):
            values[0].name = _target_name(targets[0])
        return s.Assignment(targets[0].pos.to(values[-1].pos), targets, values)

    def call_statement(self, items: list[Any]) -> s.CallStatement:
        return s.CallStatement(items[0].pos, items[0])

    def label(self, items: list[Token]) -> s.Label:
        return s.Label(position(items[0]), str(items[0]).strip(": \t"))

    def break_(self, items: list[Token]) -> s.Break:
        return s.Break(position(items[0]))

    def goto(self, items: list[Token]) -> s.Goto:
        return s.Goto(_span(items), str(items[1]))

    def do(self, items: list[Any]) -> s.Do:
        return s.Do(position(items[0]), items[1])

    def while_(self, items: list[Any]) -> s.While:
        return s.While(position(items[0]), items[1], items[2])

    def repeat(self, items: list[Any]) -> s.Repeat:
        return s.Repeat(position(items[0]), items[1], items[3])

    def if_(self, items: list[Any]) -> s.If:
        arms = [s.Arm(position(items[0]), items[1], items[2])]
        otherwise: s.Block | None = None
        for item in items[3:]:
            if isinstance(item, s.Arm):
                arms.append(item)
            else:
                otherwise = item
        return s.If(position(items[0]), arms, otherwise)

    def elseif(self, items: list[Any]) -> s.Arm:
        return s.Arm(position(items[0]), items[1], items[2])

    def else_(self, items: list[Any]) -> s.Block:
        return items[0]  # type: ignore[no-any-return]

    def numeric_for(self, items: list[Any]) -> s.NumericFor:
        name = s.TypedName(str(items[1]), position(items[1]))
        step = items[4] if len(items) == 6 else None
        return s.NumericFor(position(items[0]), name, items[2], items[3], step, items[-1])

    def names(self, items: list[Token]) -> list[s.TypedName]:
        return [s.TypedName(str(item), position(item)) for item in items]

    def generic_for(self, items: list[Any]) -> s.GenericFor:
        return s.GenericFor(position(items[0]), items[1], items[3:-1], items[-1])

    def return_(self, items: list[Any]) -> s.Return:
        pos = position(items[0])
        return s.Return(pos.to(items[-1].pos) if len(items) > 1 else pos, items[1:])

    def start(self, items: list[Any]) -> s.Function:
        pos = s.Position(1, 0, 1, 0)
        return s.Function(pos, [], s.TypedName("...", pos), items[0], name="main chunk")

    # --- types ------------------------------------------------------------------------------------

    def type_statement(self, items: list[Any]) -> s.TypeStatement:
        generics = items[2] if len(items) == 4 else None
        return s.TypeStatement(position(items[0]), str(items[1]), generics, items[-1])

    def interface_statement(self, items: list[Any]) -> s.TypeStatement:
        return s.TypeStatement(position(items[0]), str(items[1]), None, s.TypeExpression("interface", tuple(items[2:])))

    def __default__(self, data: Token | str, children: list[Any], meta: Any) -> Any:
        """Keep every other rule, all of them types, as a TypeExpression; rules that melt into others stay trees."""
        if data.startswith("_"):
            return Tree(str(data), children)
        return s.TypeExpression(str(data), tuple(children))


# Rules that bear the name of a Python keyword.
for _keyword in ("break", "while", "if", "else", "return"):
    setattr(TreeBuilder, _keyword, getattr(TreeBuilder, _keyword + "_"))


def _target_name(target: s.Expression) -> str:
    if isinstance(target, s.Name):
        return target.name
    if isinstance(target, s.Index) and isinstance(target.key, s.String):
        return f"{_target_name(target.owner)}.{target.key.value}"
    return "anonymous"


class _Climber:
    """Nests a flat sequence of operands and operators by precedence."""

    def __init__(self, builder: TreeBuilder, items: list[Any]) -> None:
        self.builder = builder
        self.items = items
        self.next = 0

    def parse(self, limit: int) -> s.Expression:
        """Parse an expression whose binary operators bind tighter than a limit."""
        left = self._operand()
        while self.next < len(self.items):
            operator = self.items[self.next]
            text = operator.text if isinstance(operator, _Operator) else str(operator)
            left_power, right_power = _BINARY[text]
            if left_power <= limit:
                break
            self.next += 1
            right = self.parse(right_power)
            kind = s.Logical if text in ("and", "or") else s.Binary
            left = kind(left.pos.to(right.pos), text, left, right)
        return left

    def _operand(self) -> s.Expression:
        item = self.items[self.next]
        self.next += 1
        if isinstance(item, Token) and item.type in ("NOT", "HASH", "MINUS", "TILDE"):
            operand = self.parse(_PREFIX)
            return s.Unary(position(item).to(operand.pos), str(item), operand)
        return self.builder.value(item)
