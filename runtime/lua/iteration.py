# cython: boundscheck=False, wraparound=False
"""Traversal: `next`, `pairs`, `ipairs` and what the for loops of compiled code run over."""

from __future__ import annotations

from runtime.lua.args import bad_argument, check_integer, type_name, wrong_type
from runtime.lua.calls import invoke, many
from runtime.lua.coroutines import Wrapped
from runtime.lua.errors import fault
from runtime.lua.numbers import MAXINTEGER, MININTEGER
from runtime.lua.operators import index
from runtime.lua.table import PairsIterator, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.lua.types import LuaValue


def next_(*args):  # type: ignore[no-untyped-def]
    """next(table [, key])"""
    table = args[0] if args else None
    if type(table) is not Table:
        raise wrong_type(1, "next", "table", table)
    return _next(table, args[1] if len(args) > 1 else None)


def _next(table, key):  # type: ignore[no-untyped-def]
    try:
        return table.next(key)
    except KeyError:
        raise fault("invalid key to 'next'") from None


def pairs(*args):  # type: ignore[no-untyped-def]
    """pairs(value), honouring __pairs."""
    value = args[0] if args else None
    if type(value) is not Table:
        raise wrong_type(1, "pairs", "table", value)
    return _pairs(value)


def _pairs(table):  # type: ignore[no-untyped-def]
    if table.meta is not None:
        handler = table.meta.get("__pairs")
        if handler is not None:
            return adjust(invoke(handler, (table,)), 3)
    return (next_, table, None)


def ipairs_step(table=None, position=0, *_):  # type: ignore[no-untyped-def]
    """One step of ipairs."""
    if type(position) is not int or position == MAXINTEGER:
        position = check_integer(position, 2, "ipairs") % MAXINTEGER
    position += 1
    value = index(table, position)
    if value is None:
        return None
    return (position, value)


def ipairs(*args):  # type: ignore[no-untyped-def]
    """ipairs(value), honouring __index."""
    if not args or args[0] is None:
        raise bad_argument(1, "ipairs", "table expected, got " + ("nil" if args else "no value"))
    return (ipairs_step, args[0], 0)


def adjust(results, count):  # type: ignore[no-untyped-def]
    """Bring the results of a call to a number of values of 2 or more."""
    results = many(results)
    have = len(results)
    if have == count:
        return results
    if have > count:
        return results[:count]
    return results + (None,) * (count - have)


class CallIterator:
    """Calls an iterator function until it gives nil; gives values for a count of 1, else tuples of that many."""

    def __init__(self, function, state, control, count):  # type: ignore[no-untyped-def]
        self.function: LuaValue = function
        self.state: LuaValue = state
        self.control: LuaValue = control
        self.count = count

    def __iter__(self):  # type: ignore[no-untyped-def]
        return self

    def __next__(self):  # type: ignore[no-untyped-def]
        results = self.step()
        if type(results) is tuple:
            control = results[0] if results else None
        else:
            control = results
        if control is None:
            raise StopIteration
        self.control = control
        if self.count == 1:
            return control
        return adjust(results, self.count)

    def step(self):  # type: ignore[no-untyped-def]
        """Give the results of the next call."""
        if type(self.function) is Wrapped:  # it counts the C stack itself
            wrapped = self.function
            return wrapped.resume((self.state, self.control))
        return invoke(self.function, (self.state, self.control))


class KeysIterator:
    """Gives the keys of a table."""

    def __init__(self, table):  # type: ignore[no-untyped-def]
        self.inner: PairsIterator = PairsIterator(table)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return self

    def __next__(self):  # type: ignore[no-untyped-def]
        pair = self.inner.step()
        if pair is None:
            raise StopIteration
        return pair[0]


def for_in_1(results):  # type: ignore[no-untyped-def]
    """Run `for a in results`."""
    function, state, control = adjust(results, 3)
    if function is next_ and type(state) is Table and control is None:
        return KeysIterator(state)
    return CallIterator(_iterator(function), state, control, 1)


def for_in_2(results):  # type: ignore[no-untyped-def]
    """Run `for a, b in results`."""
    function, state, control = adjust(results, 3)
    if function is next_:
        if type(state) is Table and control is None:
            return PairsIterator(state)
    elif function is ipairs_step and type(state) is Table and type(control) is int and control == 0:
        table = state
        if table.meta is None:
            # PERF: it makes no new pair where the loop has dropped the last one, a third less for a round.
            return enumerate(ListValues(table), 1)
    return CallIterator(_iterator(function), state, control, 2)


class SecondValues:
    """Gives the second values of pairs."""

    def __init__(self, pairs):  # type: ignore[no-untyped-def]
        self.pairs: Iterator[tuple[LuaValue, LuaValue]] = pairs

    def __iter__(self):  # type: ignore[no-untyped-def]
        return self

    def __next__(self):  # type: ignore[no-untyped-def]
        return next(self.pairs)[1]


class ListValues:
    """Gives the values at the positions 1, 2, ... of a table without a metatable up to the first nil."""

    def __init__(self, table):  # type: ignore[no-untyped-def]
        self.table: Table = table
        self.position = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        return self

    def __next__(self):  # type: ignore[no-untyped-def]
        value = self.step()
        if value is None:
            raise StopIteration
        return value

    def step(self):  # type: ignore[no-untyped-def]
        """Give the next value, None at the end."""
        position = self.position
        self.position = position + 1
        array = self.table.array
        return array[position] if position < len(array) else self.table.get(position + 1)


class FieldValues:
    """Gives the values of a table's fields, as `PairsIterator` does with their keys."""

    def __init__(self, table):  # type: ignore[no-untyped-def]
        table.own_hash()  # what is cleared on the way must show
        self.table: Table = table
        self.position = 0
        # The values of the hash part, once the array part is through, and how many of them there were.
        self.values: Iterator[LuaValue] | None = None
        self.passed = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        return self

    def __next__(self):  # type: ignore[no-untyped-def]
        value = self.step()
        if value is None:
            raise StopIteration
        return value

    def step(self):  # type: ignore[no-untyped-def]
        """Give the next value, None at the end."""
        if self.values is None:
            array = self.table.array
            position = self.position
            while position < len(array):
                value = array[position]
                position += 1
                if value is not None:
                    self.position = position
                    return value
            self.position = position
            self.values = iter(self.table.hash.values())
        while True:
            try:
                value = next(self.values, _END)
            except RuntimeError:  # the dict grew: undefined in Lua, but it must end and must not crash
                self.values = iter(list(self.table.hash.values())[self.passed :])
                value = next(self.values, _END)
            if value is _END:
                return None
            self.passed += 1
            if value is not None:
                return value


_END = object()


def for_second(results):  # type: ignore[no-untyped-def]
    """Run `for _, b in results` where nothing reads the first variable."""
    function, state, control = adjust(results, 3)
    if type(state) is Table:
        table = state
        if function is next_ and control is None:
            return FieldValues(table)
        if function is ipairs_step and table.meta is None and type(control) is int and control == 0:
            return ListValues(table)
    return SecondValues(CallIterator(_iterator(function), state, control, 2))


def for_in(results, count):  # type: ignore[no-untyped-def]
    """Run `for a, b, c, ... in results`."""
    function, state, control = adjust(results, 3)
    return CallIterator(_iterator(function), state, control, count)


def _iterator(function):  # type: ignore[no-untyped-def]
    if not callable(function):
        raise fault(f"attempt to call a {type_name(function)} value")
    return function


def for_range(start, stop, step):  # type: ignore[no-untyped-def]
    """Give the numbers of `for i = start, stop, step` (manual 3.3.5)."""
    if type(start) is int and type(stop) is int and type(step) is int:
        if step > 0:
            return range(start, stop + 1, step)
        if step < 0:
            return range(start, stop - 1, step)
        raise fault("'for' step is zero")
    for value, what in ((stop, "limit"), (step, "step"), (start, "initial value")):
        if type(value) is not int and type(value) is not float:
            raise fault(f"'for' {what} must be a number")
    if step == 0:
        raise fault("'for' step is zero")
    if type(start) is int and type(step) is int:
        return _clipped(start, stop, step)
    return _float_range(float(start), float(stop), float(step))


def _clipped(start, stop, step):  # type: ignore[no-untyped-def]
    """Run an integer loop to a float limit."""
    if stop != stop:
        return range(0)
    if stop >= 9223372036854775808.0:
        limit = MAXINTEGER
    elif stop < -9223372036854775808.0:
        limit = MININTEGER
    else:
        limit = stop.__floor__() if step > 0 else stop.__ceil__()
    return range(start, limit + 1, step) if step > 0 else range(start, limit - 1, step)


def _float_range(value, stop, step):  # type: ignore[no-untyped-def]
    while value <= stop if step > 0 else value >= stop:
        yield value
        value += step
