"""The syntax tree of typed Lua: what the parser builds, resolve annotates and emit reads.

Every node carries its place in the source. Types are kept, for the checker and for type values; nothing below reads
them yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from compiler.scope import FunctionScope, Jump, LabelBlock, Symbol


class Position(NamedTuple):
    """Lines are 1-based; columns are 0-based bytes; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Position) -> Position:
        """Give the span from this place to the end of another."""
        return Position(self.line, self.column, other.end_line, other.end_column)


# --- types ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class TypeExpression:
    """A type as written: `form` is the rule of the grammar, `parts` its names, literals and types in source order."""

    form: str
    parts: tuple[object, ...]


@dataclass(slots=True)
class TypedName:
    """A declared name with its annotation."""

    name: str
    pos: Position
    annotation: TypeExpression | None = None


# --- expressions ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Nil:
    """nil"""

    pos: Position


@dataclass(slots=True)
class Boolean:
    """true or false"""

    pos: Position
    value: bool


@dataclass(slots=True)
class Number:
    """A numeral, as its value."""

    pos: Position
    value: int | float


@dataclass(slots=True)
class String:
    """A string literal, as its bytes in latin-1."""

    pos: Position
    value: str


@dataclass(slots=True)
class Vararg:
    """..."""

    pos: Position


@dataclass(slots=True)
class Name:
    """A name used as a value or assigned; `symbol` is the local it means, None for a global (set by resolve)."""

    pos: Position
    name: str
    symbol: Symbol | None = None


@dataclass(slots=True)
class Index:
    """owner[key]; `owner.name` has a String as key."""

    pos: Position
    owner: Expression
    key: Expression


@dataclass(slots=True)
class Call:
    """function(arguments)"""

    pos: Position
    function: Expression
    arguments: list[Expression]


@dataclass(slots=True)
class MethodCall:
    """owner:name(arguments); `name_pos` spans the owner and the name."""

    pos: Position
    owner: Expression
    name: str
    arguments: list[Expression]
    name_pos: Position


@dataclass(slots=True)
class Parenthesis:
    """(inner), which cuts a list of results to one."""

    pos: Position
    inner: Expression


@dataclass(slots=True)
class Binary:
    """A binary operator other than `and` and `or`."""

    pos: Position
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True)
class Logical:
    """`and` or `or`."""

    pos: Position
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True)
class Unary:
    """`not`, `-`, `#` or `~`."""

    pos: Position
    operator: str
    operand: Expression


@dataclass(slots=True)
class Cast:
    """`e :: T`, `e as T` or `e!` (annotation None): the value of e, cut to one."""

    pos: Position
    inner: Expression
    annotation: TypeExpression | None


@dataclass(slots=True)
class TableField:
    """One field of a constructor: key None for a positional one."""

    key: Expression | None
    value: Expression


@dataclass(slots=True)
class TableConstructor:
    """{...}"""

    pos: Position
    fields: list[TableField]


@dataclass(slots=True)
class Function:
    """A function body. `name` is what tracebacks call it; `scope` is set by resolve."""

    pos: Position
    parameters: list[TypedName]
    vararg: TypedName | None
    body: Block
    name: str = "anonymous"
    generics: TypeExpression | None = None
    returns: TypeExpression | None = None
    scope: FunctionScope | None = None


Expression: TypeAlias = (
    Nil
    | Boolean
    | Number
    | String
    | Vararg
    | Name
    | Index
    | Call
    | MethodCall
    | Parenthesis
    | Binary
    | Logical
    | Unary
    | Cast
    | TableConstructor
    | Function
)


# --- statements -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Block:
    """Statements in order; `labels` says how gotos into this block are carried out (set by resolve)."""

    statements: list[Statement]
    pos: Position
    labels: LabelBlock | None = None


@dataclass(slots=True)
class Local:
    """local names = values"""

    pos: Position
    names: list[TypedName]
    values: list[Expression]
    symbols: list[Symbol] = field(default_factory=list)


@dataclass(slots=True)
class LocalFunction:
    """local function name"""

    pos: Position
    name: TypedName
    function: Function
    symbol: Symbol | None = None


@dataclass(slots=True)
class Assignment:
    """targets = values; targets are Name or Index."""

    pos: Position
    targets: list[Expression]
    values: list[Expression]


@dataclass(slots=True)
class CallStatement:
    """A call for its effects."""

    pos: Position
    call: Expression


@dataclass(slots=True)
class Do:
    """do block end"""

    pos: Position
    block: Block


@dataclass(slots=True)
class While:
    """while condition do block end"""

    pos: Position
    condition: Expression
    block: Block


@dataclass(slots=True)
class Repeat:
    """repeat block until condition; the condition sees the locals of the block."""

    pos: Position
    block: Block
    condition: Expression


@dataclass(slots=True)
class Arm:
    """One condition of an if and its block."""

    pos: Position
    condition: Expression
    block: Block


@dataclass(slots=True)
class If:
    """if ... elseif ... else ... end"""

    pos: Position
    arms: list[Arm]
    otherwise: Block | None


@dataclass(slots=True)
class NumericFor:
    """for name = start, stop, step"""

    pos: Position
    name: TypedName
    start: Expression
    stop: Expression
    step: Expression | None
    block: Block
    symbol: Symbol | None = None


@dataclass(slots=True)
class GenericFor:
    """for names in values"""

    pos: Position
    names: list[TypedName]
    values: list[Expression]
    block: Block
    symbols: list[Symbol] = field(default_factory=list)


@dataclass(slots=True)
class Return:
    """return values; `on_ring` says that the call it returns may lead back here (set by resolve)."""

    pos: Position
    values: list[Expression]
    on_ring: bool = False


@dataclass(slots=True)
class Break:
    """break"""

    pos: Position


@dataclass(slots=True)
class Goto:
    """goto label; `jump` says how (set by resolve)."""

    pos: Position
    label: str
    jump: Jump | None = None


@dataclass(slots=True)
class Label:
    """::name::"""

    pos: Position
    name: str


@dataclass(slots=True)
class TypeStatement:
    """type Name<generics> = definition, or an interface (form "interface")."""

    pos: Position
    name: str
    generics: TypeExpression | None
    definition: TypeExpression


Statement: TypeAlias = (
    Local
    | LocalFunction
    | Assignment
    | CallStatement
    | Do
    | While
    | Repeat
    | If
    | NumericFor
    | GenericFor
    | Return
    | Break
    | Goto
    | Label
    | TypeStatement
)
