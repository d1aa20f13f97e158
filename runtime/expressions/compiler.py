"""The text of an expression to Python functions, each of which takes a frame and gives a value."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from runtime.expressions.builtins import BUILTINS
from runtime.expressions.frame import ExpressionError, Frame, Meter, Node, Predicate, demand_shallow, integer, kind_of
from runtime.expressions.operators import BINARY, fetch, is_number, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST = 20_000  # characters
_DEEPEST = 2000
_MOST_CALLS = 50
_KEPT = 1000
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|u\{([0-9A-Fa-f]{1,6})\}|(.))", re.S)


class Expression:
    """A compiled expression; may run any number of times."""

    def __init__(self, body: Node) -> None:
        self._body = body

    def run(self, env: Mapping[str, Any], pause: Callable[[], object] = lambda: None) -> Any:
        """Give its value on some data; raise ExpressionError. `pause` is called now and then in a long run."""
        meter = Meter(pause)
        try:
            value = self._body(Frame(env, meter))
            demand_shallow(value, meter)
            return value
        except RecursionError:
            raise ExpressionError("the expression is nested too deep") from None


_known: OrderedDict[str, Expression] = OrderedDict()


def known_expression(text: str) -> Expression | None:
    """Give an expression that was compiled before and is kept; the last thousand used are."""
    found = _known.get(text)
    if found is not None:
        _known.move_to_end(text)
    return found


def compile_expression(text: str) -> Expression:
    """Compile an expression and keep it; raise ExpressionError with the place of a mistake. May run in a thread."""
    _known[text] = made = _compile(text)
    while len(_known) > _KEPT:
        _known.popitem(last=False)
    return made


def _compile(text: str) -> Expression:
    if len(text) > _LONGEST:
        raise ExpressionError(f"the expression is longer than {_LONGEST} characters")
    try:
        body: Node = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as problem:
        raise ExpressionError(_told(problem, text)) from None
    except VisitError as problem:
        raise ExpressionError(str(problem.orig_exc)) from None
    return Expression(body)


def _told(problem: UnexpectedInput, text: str) -> str:
    if isinstance(problem, UnexpectedToken) and problem.token.type == "$END":
        return "unexpected end of the expression"
    if isinstance(problem, UnexpectedToken):
        found = str(problem.token)
    else:
        found = text[problem.pos_in_stream or 0] if isinstance(problem, UnexpectedCharacters) else "?"
    return f"unexpected '{found[:32]}' ({problem.line}:{problem.column})"


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    """Give the parser, which makes functions while it parses, so that no depth of nesting is too much for it."""
    text = Path(__file__).with_name("expression.lark").read_text("utf-8")
    return lark.Lark(text, parser="lalr", transformer=_Maker(), maybe_placeholders=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression.

    `weight` counts the parts in it, `depth` those within one another, `calls` only the calls among these, which take
    room on the stack of the machine.
    """

    run: Node
    weight: int = 1
    depth: int = 1
    calls: int = 0
    closure: bool = False


def _over(run: Node, *parts: _Part | None, calls: int = 0) -> _Part:
    inner = [part for part in parts if part is not None]
    depth = 1 + max((part.depth for part in inner), default=0)
    nested = calls + max((part.calls for part in inner), default=0)
    if depth > _DEEPEST or nested > _MOST_CALLS:
        raise ExpressionError("the expression is nested too deep")
    return _Part(run, 1 + sum(part.weight for part in inner), depth, nested)


def _constant(value: Any) -> _Part:
    return _Part(lambda _: value)


@lark.v_args(inline=True)
class _Maker(lark.Transformer[Any, Any]):
    """Makes a function of each rule of the grammar, named as the rule is."""

    def start(self, body: _Part) -> Node:
        return body.run

    # --- operators --------------------------------------------------------------------------------

    def let(self, name: str, value: _Part, body: _Part) -> _Part:
        name, given, then = str(name), value.run, body.run
        return _over(lambda frame: then(frame.naming(name, given(frame))), value, body)

    def choose(self, condition: _Part, then: _Part, other: _Part) -> _Part:
        test, yes, no = condition.run, then.run, other.run
        return _over(lambda f: yes(f) if truth(test(f), "a condition") else no(f), condition, then, other)

    def elvis(self, left: _Part, right: _Part) -> _Part:
        test, no = left.run, right.run

        def run(frame: Frame) -> Any:
            value = test(frame)
            return value if truth(value, "?:") else no(frame)

        return _over(run, left, right)

    def either(self, left: _Part, right: _Part) -> _Part:
        one, two = left.run, right.run
        return _over(lambda f: truth(one(f), "or") or truth(two(f), "or"), left, right)

    def both(self, left: _Part, right: _Part) -> _Part:
        one, two = left.run, right.run
        return _over(lambda f: truth(one(f), "and") and truth(two(f), "and"), left, right)

    def binary(self, left: _Part, symbol: str, right: _Part) -> _Part:
        compute, one, two = BINARY[str(symbol)], left.run, right.run
        return _over(lambda f: compute(one(f), two(f), f.meter), left, right)

    def negated(self, left: _Part, symbol: str, right: _Part) -> _Part:
        return self.invert(self.binary(left, symbol, right))

    def invert(self, value: _Part) -> _Part:
        given = value.run
        return _over(lambda f: not truth(given(f), "not"), value)

    def signed(self, sign: str, value: _Part) -> _Part:
        given, negative = value.run, str(sign) == "-"

        def run(frame: Frame) -> Any:
            number = given(frame)
            if not is_number(number):
                raise ExpressionError(f"invalid operation: {sign} {kind_of(number)}")
            if not negative:
                return number
            return integer(-number) if isinstance(number, int) else -number

        return _over(run, value)

    def default(self, left: _Part, right: _Part) -> _Part:
        one, two = left.run, right.run

        def run(frame: Frame) -> Any:
            value = one(frame)
            return two(frame) if value is None else value

        return _over(run, left, right)

    # --- elements ---------------------------------------------------------------------------------

    def member(self, value: _Part, name: str) -> _Part:
        given, key = value.run, str(name)
        return _over(lambda f: fetch(given(f), key), value)

    def optional_member(self, value: _Part, name: str) -> _Part:
        given, key = value.run, str(name)
        return _over(lambda f: fetch(given(f), key, optional=True), value)

    def item(self, value: _Part, place: _Part) -> _Part:
        given, key = value.run, place.run
        return _over(lambda f: fetch(given(f), key(f)), value, place)

    def optional_item(self, value: _Part, place: _Part) -> _Part:
        given, key = value.run, place.run
        return _over(lambda f: fetch(given(f), key(f), optional=True), value, place)

    def slice(self, value: _Part, first: _Part | None, after: _Part | None) -> _Part:
        given = value.run
        start, end = (part.run if part is not None else lambda _: None for part in (first, after))

        def run(frame: Frame) -> Any:
            whole, bounds = given(frame), (start(frame), end(frame))
            if not isinstance(whole, (list, str)):
                raise ExpressionError(f"cannot slice {kind_of(whole)}")
            if any(kind_of(bound) not in ("nil", "int") for bound in bounds):
                raise ExpressionError("the bounds of a slice must be integers")
            frame.meter.allocate(len(whole))
            return whole[bounds[0] : bounds[1]]

        return _over(run, value, first, after)

    # --- values -----------------------------------------------------------------------------------

    def nil(self) -> _Part:
        return _constant(None)

    def true(self) -> _Part:
        return _constant(True)

    def false(self) -> _Part:
        return _constant(False)

    def integer(self, digits: str) -> _Part:
        return _constant(_integer(digits))

    def float(self, digits: str) -> _Part:
        return _constant(float(digits.replace("_", "")))

    def string(self, quoted: str) -> _Part:
        return _constant(_unquote(quoted))

    def raw(self, quoted: str) -> _Part:
        return _constant(str(quoted[1:-1]))

    def environment(self) -> _Part:
        return _Part(lambda f: dict(f.env))

    def variable(self, name: str) -> _Part:
        key = str(name)
        return _Part(lambda f: f.names[key] if key in f.names else f.env.get(key))

    def pointer(self, mark: str) -> _Part:
        return _Part({"#": _item, "#index": _index, "#acc": _acc}[str(mark)])

    def pointed_member(self, name: str) -> _Part:
        return self.member(_Part(_item), name)

    def array(self, elements: list[_Part] | None) -> _Part:
        runs = [element.run for element in elements or ()]

        def run(frame: Frame) -> Any:
            frame.meter.allocate(len(runs))
            return [each(frame) for each in runs]

        return _over(run, *(elements or ()))

    def map(self, pairs: list[tuple[_Part, _Part]] | None) -> _Part:
        runs = [(key.run, value.run) for key, value in pairs or ()]

        def run(frame: Frame) -> Any:
            frame.meter.allocate(len(runs))
            return {_key(key(frame)): value(frame) for key, value in runs}

        return _over(run, *(part for pair in pairs or () for part in pair))

    def elements(self, *parts: _Part | None) -> list[_Part]:
        return [part for part in parts if part is not None]

    def pairs(self, *parts: tuple[_Part, _Part] | None) -> list[tuple[_Part, _Part]]:
        return [part for part in parts if part is not None]

    def pair(self, key: _Part, value: _Part) -> tuple[_Part, _Part]:
        return key, value

    def name_key(self, name: str) -> _Part:
        return _constant(str(name))

    def string_key(self, quoted: str) -> _Part:
        return _constant(_unquote(quoted))

    def integer_key(self, digits: str) -> _Part:
        return _constant(str(_integer(digits)))

    def computed_key(self, value: _Part) -> _Part:
        return value

    # --- calls ------------------------------------------------------------------------------------

    def arguments(self, *parts: _Part | None) -> list[_Part]:
        return [part for part in parts if part is not None]

    def closure(self, body: _Part) -> _Part:
        return replace(body, closure=True)

    def piped(self, first: _Part, name: str, arguments: list[_Part] | None) -> _Part:
        return self.call(name, [first, *(arguments or ())])

    def call(self, name: str, arguments: list[_Part] | None) -> _Part:
        parts = arguments or []
        builtin = BUILTINS.get(str(name))
        if builtin is None:
            raise ExpressionError(f"unknown function {name}")
        builtin.check_count(str(name), len(parts))
        runs = [
            _predicate(part) if place == builtin.predicate else _plain(str(name), part)
            for place, part in enumerate(parts)
        ]
        compute = builtin.compute
        return _over(lambda f: compute(f.meter, *[each(f) for each in runs]), *parts, calls=1)


def _predicate(part: _Part) -> Node:
    body, weight = part.run, part.weight
    return lambda frame: Predicate(frame, body, weight)


def _plain(name: str, part: _Part) -> Node:
    if part.closure:
        raise ExpressionError(f"{name} takes no closure here")
    return part.run


def _item(frame: Frame) -> Any:
    return frame.item


def _index(frame: Frame) -> Any:
    return frame.index


def _acc(frame: Frame) -> Any:
    return frame.acc


def _key(value: Any) -> str:
    if isinstance(value, str):
        return value
    if is_number(value):
        return str(value)
    raise ExpressionError(f"the key of a map must be a string, not {kind_of(value)}")


def _integer(digits: str) -> int:
    if len(digits) > 100:
        raise ExpressionError("an integer is too large")
    value = int(digits.replace("_", ""), 0 if digits[:2].lower() in ("0x", "0b", "0o") else 10)
    if value > 0x7FFFFFFFFFFFFFFF:
        raise ExpressionError(f"the integer {digits[:32]} is too large")
    return value


def _unquote(quoted: str) -> str:
    def character(escape: re.Match[str]) -> str:
        code = next((group for group in escape.groups()[:4] if group), None)
        if code is None:
            return _ESCAPES.get(escape[5], escape[5])
        return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else "\ufffd"

    return _ESCAPE.sub(character, quoted[1:-1])
