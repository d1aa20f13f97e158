"""What a running expression works with, and how much it may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# A compiled part of an expression. Values are None, bool, int (of 64 bits), float, str, list and dict.
Node: TypeAlias = "Callable[[Frame], Any]"

_WORK = 20_000_000  # units, about 0.1 microseconds each
_MEMORY = 1_000_000  # elements of arrays and maps made, or eight characters of strings each
_PAUSE = 20_000  # units between two chances for others to run


class ExpressionError(Exception):
    """An expression is wrong, or fails on the data that it was given; the text says why."""


class Meter:
    """Counts work and memory of one run; `pause` is called every few milliseconds."""

    __slots__ = ("_memory", "_pause", "_until_pause", "_work")

    def __init__(self, pause: Callable[[], object]) -> None:
        self._work = _WORK
        self._memory = _MEMORY
        self._pause = pause
        self._until_pause = _PAUSE

    def spend(self, units: int) -> None:
        """Count work."""
        self._until_pause -= units
        if self._until_pause <= 0:
            self._work -= _PAUSE - self._until_pause
            if self._work < 0:
                raise ExpressionError("the expression takes too long")
            self._until_pause = _PAUSE
            self._pause()

    def allocate(self, elements: int) -> None:
        """Count memory, before it is used."""
        self._memory -= elements
        if self._memory < 0:
            raise ExpressionError("the expression needs too much memory")

    def text(self, made: int) -> None:
        """Count the memory of a string of so many characters, before it is made."""
        self.allocate(made // 8 + 1)


class Frame:
    """Where a part of an expression runs: the data, variables of `let`, and in a closure the element it is about."""

    __slots__ = ("acc", "env", "index", "item", "meter", "names")

    def __init__(self, env: Mapping[str, Any], meter: Meter) -> None:
        self.env = env
        self.meter = meter
        self.names: dict[str, Any] = {}
        self.item: Any = None
        self.index = 0
        self.acc: Any = None

    def inside(self, item: Any, index: int, acc: Any) -> Frame:
        """Give the frame of a closure at an element."""
        frame = Frame(self.env, self.meter)
        frame.names = self.names
        frame.item, frame.index, frame.acc = item, index, acc
        return frame

    def naming(self, name: str, value: Any) -> Frame:
        """Give a frame with one variable more."""
        frame = self.inside(self.item, self.index, self.acc)
        frame.names = {**self.names, name: value}
        return frame


class Predicate:
    """A closure in its frame, to be called with elements; each call counts as work."""

    __slots__ = ("_body", "_frame", "_weight")

    def __init__(self, frame: Frame, body: Node, weight: int) -> None:
        self._frame = frame
        self._body = body
        self._weight = weight

    def __call__(self, item: Any, index: int = 0, acc: Any = None) -> Any:
        """Run it."""
        self._frame.meter.spend(self._weight)
        return self._body(self._frame.inside(item, index, acc))

    def holds(self, item: Any, index: int = 0) -> bool:
        """Run it where a truth value is needed."""
        result = self(item, index)
        if result is True or result is False:
            return result
        raise ExpressionError(f"the closure must give a bool, not {kind_of(result)}")


def kind_of(value: Any) -> str:
    """Name the type of a value."""
    if isinstance(value, bool):
        return "bool"
    names = {type(None): "nil", int: "int", float: "float", str: "string", list: "array", dict: "map"}
    return names[type(value)]


_DEEPEST = 128


def demand_shallow(value: Any, meter: Meter) -> None:
    """Refuse arrays and maps nested so deep that what walks through them could use up the stack."""
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, (list, dict)):
            if depth >= _DEEPEST:
                raise ExpressionError(f"the value is nested deeper than {_DEEPEST} levels")
            meter.spend(len(each) + 1)
            waiting.extend((item, depth + 1) for item in (each.values() if isinstance(each, dict) else each))


def integer(value: int) -> int:
    """Let an integer wrap at 64 bits."""
    return (value + 0x8000000000000000) % 0x10000000000000000 - 0x8000000000000000
