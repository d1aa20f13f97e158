"""Expressions of templates: read by the grammar `jet.lark`, made into closures over the scope."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import lark
from lark.exceptions import LarkError, UnexpectedInput, VisitError

import grammar
from runtime.templates.errors import TemplateError
from runtime.templates.functions import FUNCTIONS
from runtime.templates.values import binary, kind, member, number, size

if TYPE_CHECKING:
    from runtime.templates.scope import Evaluate, Scope

_MAX_LENGTH = 10_000
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


class Assignment:
    """`a, b := value`: declares names, or gives them another value."""

    def __init__(self, names: list[str], value: Evaluate, *, declares: bool) -> None:
        self.names = names
        self.value = value
        self.declares = declares

    def __call__(self, scope: Scope) -> None:
        """Assign."""
        value = self.value(scope)
        values = value if len(self.names) > 1 and isinstance(value, list) else [value]
        if len(values) != len(self.names):
            raise TemplateError(f"{len(self.names)} names for {len(values)} values")
        for name, item in zip(self.names, values, strict=True):
            holder = scope.variables if self.declares else scope.holder(name)
            if holder is None:
                raise TemplateError(f"'{name}' is not known: declare it with :=")
            holder[name] = item


def read(text: str) -> Evaluate | Assignment:
    """Read an expression or an assignment; raise TemplateError."""
    if len(text) > _MAX_LENGTH:
        raise TemplateError("an expression is too long")
    try:
        made: Any = _parser().parse(text)
        return made  # type: ignore[no-any-return]
    except UnexpectedInput as problem:
        near = text[max(problem.pos_in_stream or 0, 0) :].strip()[:20]
        reason = f" at '{near}'" if near else ": it ends too early"
        raise TemplateError(f"cannot read '{text.strip()}'{reason}") from None
    except VisitError as problem:
        raise TemplateError(str(problem.orig_exc)) from None
    except (LarkError, RecursionError):
        raise TemplateError(f"cannot read '{text.strip()[:40]}'") from None


def evaluation(text: str) -> Evaluate:
    """Read an expression; raise TemplateError, for an assignment too."""
    made = read(text)
    if isinstance(made, Assignment):
        raise TemplateError(f"'{text.strip()}' assigns where a value is needed")
    return made


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    text = grammar.JET.read_text(encoding="utf-8")
    return lark.Lark(text, parser="lalr", lexer="contextual", maybe_placeholders=True, transformer=_Closures())


@lark.v_args(inline=True)
class _Closures(lark.Transformer[lark.Token, Any]):
    """Makes a closure of each part of an expression; names stay recognisable, for functions are found by theirs."""

    def assignment(self, names: list[str], operator: lark.Token, value: Evaluate) -> Assignment:
        return Assignment(names, value, declares=operator == ":=")

    def names(self, *names: lark.Token) -> list[str]:
        return [str(name) for name in names]

    def list(self, *items: Evaluate) -> tuple[Evaluate, ...]:
        return items

    def filter(self, function: Evaluate, arguments: tuple[Evaluate, ...] | None) -> _Call:
        return _Call(function, arguments or ())

    def piped(self, value: Evaluate, into: _Call) -> Evaluate:
        return _Call(into.function, (value, *into.arguments))

    def call(self, function: Evaluate, arguments: tuple[Evaluate, ...] | None) -> Evaluate:
        return _Call(function, arguments or ())

    def ternary(self, condition: Evaluate, yes: Evaluate, no: Evaluate) -> Evaluate:
        return lambda scope: yes(scope) if condition(scope) else no(scope)

    def either(self, left: Evaluate, right: Evaluate) -> Evaluate:
        return lambda scope: bool(left(scope)) or bool(right(scope))

    def both(self, left: Evaluate, right: Evaluate) -> Evaluate:
        return lambda scope: bool(left(scope)) and bool(right(scope))

    def negation(self, value: Evaluate) -> Evaluate:
        return lambda scope: not value(scope)

    def binary(self, left: Evaluate, operator: lark.Token, right: Evaluate) -> Evaluate:
        return lambda scope: binary(operator, left(scope), right(scope))

    def signed(self, sign: lark.Token, value: Evaluate) -> Evaluate:
        return lambda scope: -number(value(scope)) if sign == "-" else number(value(scope))

    def field(self, value: Evaluate, name: lark.Token) -> Evaluate:
        key = str(name[1:])
        return lambda scope: member(value(scope), key)

    def own_field(self, name: lark.Token) -> Evaluate:
        key = str(name[1:])
        return lambda scope: member(scope.context, key)

    def index(self, value: Evaluate, key: Evaluate) -> Evaluate:
        return lambda scope: member(value(scope), key(scope))

    def slice(self, value: Evaluate, first: Evaluate | None, _colon: lark.Token, end: Evaluate | None) -> Evaluate:
        return lambda scope: _sliced(value(scope), first and first(scope), end and end(scope))

    def name(self, name: lark.Token) -> Evaluate:
        return _Name(str(name))

    def context(self) -> Evaluate:
        return lambda scope: scope.context

    def number(self, text: lark.Token) -> Evaluate:
        hexadecimal = text[:2].lower() == "0x"
        value = number(int(text, 16)) if hexadecimal else number(str(text))
        return lambda _: value

    def text(self, text: lark.Token) -> Evaluate:
        pieces = str(text[1:-1]).split("\\\\")
        value = "\\".join(_unescaped(piece) for piece in pieces)
        return lambda _: value

    def raw(self, text: lark.Token) -> Evaluate:
        value = str(text[1:-1])
        return lambda _: value

    def true(self) -> Evaluate:
        return lambda _: True

    def false(self) -> Evaluate:
        return lambda _: False

    def nil(self) -> Evaluate:
        return lambda _: None


def _unescaped(piece: str) -> str:
    first, *others = piece.split("\\")
    return first + "".join(_ESCAPES.get(other[:1], other[:1]) + other[1:] for other in others)


def _sliced(value: Any, first: Any, end: Any) -> Any:
    if not isinstance(value, (str, list)):
        raise TemplateError(f"{kind(value)} cannot be sliced")
    start = 0 if first is None else int(number(first))
    stop = size(value) if end is None else int(number(end))
    if not 0 <= start <= stop <= len(value):
        raise TemplateError(f"slice {start}:{stop} is out of range: there are {len(value)}")
    return value[start:stop]


class _Name:
    """A name: a variable, else a function."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, scope: Scope) -> Any:
        holder = scope.holder(self.name)
        if holder is not None:
            return holder[self.name]
        if self.name in FUNCTIONS:
            return FUNCTIONS[self.name]
        raise TemplateError(f"'{self.name}' is not known here; isset({self.name}) tells whether it is")


class _Call:
    """A call of a function; `isset` sees its arguments before they are evaluated."""

    def __init__(self, function: Evaluate, arguments: tuple[Evaluate, ...]) -> None:
        self.function = function
        self.arguments = arguments

    def __call__(self, scope: Scope) -> Any:
        name = self.function.name if isinstance(self.function, _Name) else "it"
        if name == "isset" and scope.holder(name) is None:
            return all(_is_set(argument, scope) for argument in self.arguments)
        function = self.function(scope)
        if not callable(function):
            function = FUNCTIONS.get(name, function)  # a variable of that name does not hide it
        if not callable(function):
            raise TemplateError(f"'{name}' is {kind(function)} and no function")
        values = [argument(scope) for argument in self.arguments]
        try:
            return function(*values)
        except TypeError:
            raise TemplateError(f"'{name}' does not take {len(values)} arguments") from None


def _is_set(argument: Evaluate, scope: Scope) -> bool:
    try:
        return argument(scope) is not None
    except TemplateError:
        return False
