# cython: boundscheck=False, wraparound=False
"""Table constructors and lists of values, as compiled code builds them."""

from __future__ import annotations

from runtime.lua import faults, fresh
from runtime.lua.calls import TAIL, invoke, many, pack
from runtime.lua.operators import add, length, setindex
from runtime.lua.table import Table


def new_table():  # type: ignore[no-untyped-def]
    """{}"""
    return fresh.table()


def table_list(values):  # type: ignore[no-untyped-def]
    """{a, b, c}; takes the list over."""
    table = fresh.table()
    while values and values[len(values) - 1] is None:
        values.pop()
    table.array = values
    return table


def table_fields(fields):  # type: ignore[no-untyped-def]
    """{x = a, y = b}; takes the dict over."""
    table = fresh.table()
    table.keyed = True
    for value in fields.values():
        if value is None:
            fields = {key: value for key, value in fields.items() if value is not None}
            break
    table.hash = fields
    return table


def table_mixed(*items):  # type: ignore[no-untyped-def]
    """{[k] = v, w, ...}: keys and values in turn, Ellipsis as the key of a positional value."""
    table = fresh.table()
    positional = []
    position = 0
    size = len(items)
    while position < size:
        key = items[position]
        value = items[position + 1]
        if key is Ellipsis:
            positional.append(value)
        else:
            table.set(key, value)
        position += 2
    return table_extend(table, 0, tuple(positional)) if positional else table


def table_extend(table, start, results):  # type: ignore[no-untyped-def]
    """Store the results of a call from start + 1 on; nils before them hold their places, as in the reference Lua."""
    array = table.own_array()
    while len(array) < start:
        array.append(None)
    for value in many(results):
        if start < len(array):
            array[start] = value
        else:
            array.append(value)
        start += 1
    table.settle_array()
    return table


def append(owner, value):  # type: ignore[no-untyped-def]
    """owner[#owner + 1] = value"""
    if type(owner) is Table:
        table = owner
        if table.meta is None:
            array = table.array
            if array and value is not None and not table.frozen and not table.hash:
                array.append(value)
            else:
                table.set(len(array) + 1, value)
            return
    setindex(owner, add(length(owner), 1), value)


def join(values, results):  # type: ignore[no-untyped-def]
    """Give a list of values followed by the results of a call, in the form of results."""
    return pack(values + many(results))


def spread(function, values, results):  # type: ignore[no-untyped-def]
    """Call with a list of values followed by the results of a call."""
    return invoke(function, values + many(results))


def tail_call(function, values):  # type: ignore[no-untyped-def]
    """Give results that stand for a call, which whoever consumes them carries out (`runtime.lua.calls.settle`)."""
    if not callable(function):
        raise faults.not_callable_fault(function)
    return (TAIL, function, values)
