# cython: boundscheck=False, wraparound=False
"""The library `table` (manual 6.6), with the reference's `create`, `freeze`, `isfrozen`, `getn` and `maxn`.

A table without metamethods for access is handled as the list that its array part is; others go through them.
"""

from __future__ import annotations

from runtime.lua.args import (
    bad_argument,
    check_function,
    check_integer,
    check_string,
    exact_integer,
    opt_integer,
    type_name,
    wrong_type,
)
from runtime.lua.calls import enter, first, leave
from runtime.lua.errors import Error, fault
from runtime.lua.numbers import MAXINTEGER, number_text
from runtime.lua.operators import length, lt
from runtime.lua.stringlimit import MAX_STRING, too_large
from runtime.lua.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue, Results

_MAX_RESULTS = 1_000_000  # values that one call may give, as LUAI_MAXSTACK
_MAX_ELEMENTS = 1 << 26  # that one call handles one by one; a __len may claim any number
_MAX_BY_ACCESS = 10_000_000  # the same where each is read or written through metamethods
_MAX_SIZE = MAX_STRING
_MAX_RUN = 32  # elements that `sort` brings in order by insertion


def _table(value: LuaValue, position: int, function: str) -> Table:
    if type(value) is not Table:
        raise wrong_type(position, function, "table", value)
    return value


def _plain(t: Table) -> bool:
    """Tell whether no metamethod takes part in access to a table."""
    if t.meta is None:
        return True
    events = t.meta.hash
    return events.get("__index") is None and events.get("__newindex") is None and events.get("__len") is None


def _length(t: Table) -> int:
    """Give #t; raise when a __len gives no integer."""
    if t.meta is None:
        return len(t.array)
    size = exact_integer(length(t))
    if size is None:
        raise fault("object length is not an integer")
    return size


def _trim(array: list[LuaValue]) -> None:
    """Restore the rule that the last element of an array part is not nil."""
    while array and array[len(array) - 1] is None:
        array.pop()


def _within_reach(count: int) -> None:
    if count > _MAX_BY_ACCESS:
        raise fault("too many elements to move")


# --- one element in or out ------------------------------------------------------------------------


def insert(*args: LuaValue) -> Results:
    """Put a value at the end, or at a position and move what is there up."""
    t = _table(args[0] if args else None, 1, "insert")
    if t.frozen:
        raise fault("attempt to insert into Immutable table")
    if len(args) == 2:
        _append(t, args[1])
    elif len(args) == 3:
        _insert(t, check_integer(args[1], 2, "insert"), args[2])
    else:
        raise fault("wrong number of arguments to 'insert'")
    return ()


def _append(t: Table, value: LuaValue) -> None:
    if t.meta is not None and not _plain(t):
        t[_length(t) + 1] = value
    elif value is not None and not t.hash:
        t.own_array().append(value)
    else:
        t.set(len(t.array) + 1, value)


def _insert(t: Table, position: int, value: LuaValue) -> None:
    size = _length(t)
    if not 1 <= position <= size + 1:
        raise bad_argument(2, "insert", "position out of bounds")
    if not _plain(t):
        _within_reach(size - position)
        for key in range(size + 1, position, -1):
            t[key] = t[key - 1]
        t[position] = value
    elif position == size + 1:
        t.set(position, value)
    elif not t.hash:
        t.array.insert(position - 1, value)
    else:
        array = t.array
        t.set(size + 1, array[size - 1])  # moves what the hash part holds for the places behind
        array[position:size] = array[position - 1 : size - 1]
        array[position - 1] = value


def remove(t: LuaValue = None, position: LuaValue = None, *_: LuaValue) -> Results:
    """Take out and give the last value, or the one at a position and move those behind it down."""
    checked = _table(t, 1, "remove")
    if checked.frozen:
        raise fault("attempt to remove from Immutable table")
    size = _length(checked)
    return _remove(checked, size, size if position is None else check_integer(position, 2, "remove"))


def _remove(t: Table, size: int, position: int) -> Results:
    if position != size and not 1 <= position <= size + 1:
        raise bad_argument(1, "remove", "position out of bounds")
    if not _plain(t):
        return _remove_by_access(t, size, position)
    array = t.array
    if 1 <= position <= len(array):
        value = array.pop(position - 1)
        _trim(array)
        return value
    value = t.get(position)
    if value is not None:
        t.set(position, None)
    return value


def _remove_by_access(t: Table, size: int, position: int) -> Results:
    _within_reach(size - position)
    value = t[position]
    while position < size:
        t[position] = t[position + 1]
        position += 1
    t[position] = None
    return value


# --- many elements --------------------------------------------------------------------------------


def concat(
    t: LuaValue = None, separator: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue
) -> Results:
    """Join the texts of the elements i to j, a separator between."""
    checked = _table(t, 1, "concat")
    between = "" if separator is None else check_string(separator, 2, "concat")
    low = opt_integer(i, 3, "concat", 1)
    high = _length(checked) if j is None else check_integer(j, 4, "concat")
    if high < low:
        return ""
    if high - low >= MAXINTEGER:
        raise bad_argument(4, "concat", "range too large")
    return _concat(checked, between, low, high)


def _concat(t: Table, separator: str, low: int, high: int) -> str:
    plain = _plain(t)
    if not plain and high - low > _MAX_BY_ACCESS:
        raise bad_argument(4, "concat", "range too large")
    pieces: list[str] = []
    total = 0
    for offset in range(high - low + 1):
        key = low + offset
        value = t.get(key) if plain else t[key]
        if type(value) is not str:
            value = _text(value, key)
        total += len(value) + len(separator)
        if total - len(separator) > _MAX_SIZE:
            raise too_large()
        pieces.append(value)
    return separator.join(pieces)


def _text(value: LuaValue, key: int) -> str:
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return str(number_text(value))
    if isinstance(value, Error):
        return value.message
    raise fault(f"invalid value ({type_name(value)}) at index {key} in table for 'concat'")


def unpack(t: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue) -> Results:
    """Give the elements i to j as separate results."""
    checked = _table(t, 1, "unpack")
    low = opt_integer(i, 2, "unpack", 1)
    high = _length(checked) if j is None else check_integer(j, 3, "unpack")
    if high < low:
        return ()
    if high - low >= _MAX_RESULTS:
        raise fault("too many results to unpack")
    return _unpack(checked, low, high)


def _unpack(t: Table, low: int, high: int) -> Results:
    if low == high:
        return t[low]
    if low >= 1 and high <= len(t.array) and _plain(t):
        return tuple(t.array[low - 1 : high])
    return tuple([t[low + offset] for offset in range(high - low + 1)])


def pack(*args: LuaValue) -> Table:
    """Make a table of the arguments, their number in field `n`."""
    t = Table.from_list(args)
    t.set("n", len(args))
    return t


def move(
    source: LuaValue = None,
    low: LuaValue = None,
    high: LuaValue = None,
    to: LuaValue = None,
    target: LuaValue = None,
    *_: LuaValue,
) -> Results:
    """Copy the elements low to high to the place `to` of a target, by default the source; give the target."""
    a = _table(source, 1, "move")
    first_key = check_integer(low, 2, "move")
    last_key = check_integer(high, 3, "move")
    place = check_integer(to, 4, "move")
    b = a if target is None else _table(target, 5, "move")
    if last_key < first_key:
        return b
    count = last_key - first_key + 1
    if count > _MAX_ELEMENTS:
        raise bad_argument(3, "move", "too many elements to move")
    if place > MAXINTEGER - count + 1:
        raise bad_argument(4, "move", "destination wrap around")
    _move(a, first_key, count, place, b)
    return b


def _move(a: Table, low: int, count: int, place: int, b: Table) -> None:
    offsets = range(count)
    if place > low and place < low + count and a is b:
        offsets = range(count - 1, -1, -1)
    if _plain(a) and _plain(b):
        values = [a.get(low + offset) for offset in range(count)]
        for offset in range(count):
            b.set(place + offset, values[offset])
        return
    for offset in offsets:
        b[place + offset] = a[low + offset]


# --- order ----------------------------------------------------------------------------------------


def sort(t: LuaValue = None, comparator: LuaValue = None, *_: LuaValue) -> Results:
    """Sort the elements 1 to #t in place; stable. An inconsistent comparator gives some order."""
    checked = _table(t, 1, "sort")
    if comparator is not None:
        check_function(comparator, 2, "sort")
    if checked.frozen:
        raise fault("attempt to sort Immutable table")
    size = _length(checked)
    if size > _MAX_ELEMENTS:
        raise bad_argument(1, "sort", "array too big")
    if size < 2:
        return ()
    values = checked.array[:] if _plain(checked) else [checked[key] for key in range(1, size + 1)]
    # A comparator may run any code: what it sees is the table as it was, never the list being sorted.
    _write_back(checked, _sorted(values, comparator))
    return ()


def _sorted(values: list[LuaValue], comparator: LuaValue) -> list[LuaValue]:
    if comparator is None:
        kinds = set(map(type, values))
        if kinds == {str} or kinds <= {int, float}:
            values.sort()
            return values
    return _merge_sorted(values, comparator)


def _merge_sorted(values: list[LuaValue], comparator: LuaValue) -> list[LuaValue]:
    """Sort by inserting into short runs, and merging these.

    Where Lua code compares, `list.sort` will not do: it takes kilobytes of the C stack, and comparators may sort too.
    """
    if comparator is None:
        return _merge_runs(values, comparator)
    enter()
    try:
        return _merge_runs(values, comparator)
    finally:
        leave()


def _merge_runs(values: list[LuaValue], comparator: LuaValue) -> list[LuaValue]:
    size = len(values)
    width = size
    while width > _MAX_RUN:
        width = (width + 1) >> 1
    for low in range(0, size, width):
        _insert_each(values, low, min(low + width, size), comparator)
    source = values
    target = values[:]
    while width < size:
        for low in range(0, size, 2 * width):
            _merge(source, target, low, min(low + width, size), min(low + 2 * width, size), comparator)
        source, target = target, source
        width *= 2
    return source


def _insert_each(values: list[LuaValue], low: int, high: int, comparator: LuaValue) -> None:
    """Sort the places from low to high; each value's place is found by halving, as comparing is what costs."""
    end = low + 1
    while end < high and not _before(values[end], values[end - 1], comparator):
        end += 1
    while end < high:
        value = values[end]
        left = low
        right = end
        while left < right:
            middle = (left + right) >> 1
            if _before(value, values[middle], comparator):
                right = middle
            else:
                left = middle + 1
        for place in range(end, left, -1):
            values[place] = values[place - 1]
        values[left] = value
        end += 1


def _merge(
    source: list[LuaValue], target: list[LuaValue], low: int, middle: int, high: int, comparator: LuaValue
) -> None:
    """Merge the sorted runs from low to middle and from middle to high into the same places of the target."""
    i = low
    j = middle
    k = low
    if j == high or not _before(source[j], source[j - 1], comparator):
        target[low:high] = source[low:high]
        return
    while i < middle and j < high:
        if _before(source[j], source[i], comparator):
            target[k] = source[j]
            j += 1
        else:
            target[k] = source[i]
            i += 1
        k += 1
    target[k : k + middle - i] = source[i:middle]
    target[k + middle - i : high] = source[j:high]


def _before(a: LuaValue, b: LuaValue, comparator: LuaValue) -> bool:
    """Compare; PERF: calls the comparator outright, as `_merge_sorted` has counted one level for all calls."""
    if comparator is None:
        return bool(lt(a, b))
    result = comparator(a, b)
    if type(result) is tuple:
        result = first(result)
    return result is not None and result is not False


def _write_back(t: Table, values: list[LuaValue]) -> None:
    if not t.frozen and len(t.array) >= len(values) and _plain(t):
        t.array[: len(values)] = values
        _trim(t.array)
        return
    for position, value in enumerate(values, 1):
        t[position] = value


# --- beyond the manual ----------------------------------------------------------------------------


def create(elements: LuaValue = None, fields: LuaValue = None, *_: LuaValue) -> Table:
    """Make a table for so many elements and fields; with fields it counts as an object while it is empty."""
    for position, value in ((1, elements), (2, fields)):
        if not 0 <= opt_integer(value, position, "create", 0) <= _MAX_ELEMENTS:
            raise bad_argument(position, "create", "size out of range")
    t = Table()
    t.keyed = opt_integer(fields, 2, "create", 0) > 0
    return t


def freeze(t: LuaValue = None, *_: LuaValue) -> Table:
    """Make a table read-only, though not the tables in it; give the table."""
    checked = _table(t, 1, "freeze")
    checked.frozen = True
    return checked


def isfrozen(t: LuaValue = None, *_: LuaValue) -> bool:
    """Tell whether a table is read-only."""
    return _table(t, 1, "isfrozen").frozen


def getn(t: LuaValue = None, *_: LuaValue) -> int:
    """Give #t."""
    return _length(_table(t, 1, "getn"))


def maxn(t: LuaValue = None, *_: LuaValue) -> int | float:
    """Give the largest positive numeric key, 0 when there is none."""
    checked = _table(t, 1, "maxn")
    largest: int | float = len(checked.array)
    for key, value in checked.hash.items():
        if value is not None and (type(key) is int or type(key) is float) and key > largest:
            largest = key
    return largest


_FUNCTIONS: dict[str, LuaFunction] = {
    "concat": concat,
    "create": create,
    "freeze": freeze,
    "getn": getn,
    "insert": insert,
    "isfrozen": isfrozen,
    "maxn": maxn,
    "move": move,
    "pack": pack,
    "remove": remove,
    "sort": sort,
    "unpack": unpack,
}


def library() -> Table:
    """Make the frozen table `table`."""
    table = Table.from_dict(_FUNCTIONS)
    table.frozen = True
    return table
