"""The library table where the reference interpreter has nothing to compare with: metamethods, limits, frozen tables."""

from __future__ import annotations

import random
from typing import Any

import pytest

from runtime.lua import tablelib
from runtime.lua.construct import table_extend
from runtime.lua.errors import LuaError
from runtime.lua.table import Table


def proxy(target: Table, log: list[str]) -> Table:
    """Make an empty table whose metamethods hand everything to another and note it."""

    def index(_self: Table, key: Any, *_: Any) -> Any:
        log.append(f"get {key}")
        return target.get(key)

    def newindex(_self: Table, key: Any, value: Any, *_: Any) -> tuple[()]:
        log.append(f"set {key}")
        target.set(key, value)
        return ()

    table = Table()
    table.meta = Table.from_dict({"__index": index, "__newindex": newindex, "__len": lambda *_: target.length()})
    return table


def test_metamethods_see_what_the_manual_says() -> None:
    target = Table.from_list([10, 20, 30])
    log: list[str] = []
    seen = proxy(target, log)
    tablelib.insert(seen, 2, 15)
    assert (target.array, log) == ([10, 15, 20, 30], ["get 3", "set 4", "get 2", "set 3", "set 2"])
    log.clear()
    assert tablelib.remove(seen, 1) == 10
    assert (target.array, log[:3], log[-1]) == ([15, 20, 30], ["get 1", "get 2", "set 1"], "set 4")
    assert tablelib.concat(seen, "-") == "15-20-30"
    assert tablelib.unpack(seen) == (15, 20, 30)
    tablelib.sort(seen, lambda a, b, *_: a > b)
    assert target.array == [30, 20, 15]
    assert tablelib.move(seen, 1, 2, 2).length() == 0
    assert target.array == [30, 30, 20]


def test_an_index_table_alone_keeps_a_list_a_list() -> None:
    """A class object is a list like any other, though its metatable has __index."""
    stack = Table()
    stack.meta = Table.from_dict({"__index": Table.from_dict({"push": 1})})
    for value in range(5):
        tablelib.insert(stack, value)
    assert tablelib.remove(stack, 1) == 0
    assert stack.array == [1, 2, 3, 4]


def test_a_length_that_is_no_integer_is_an_error() -> None:
    table = Table()
    table.meta = Table.from_dict({"__len": lambda *_: "many"})
    for call in (tablelib.insert, tablelib.unpack, tablelib.sort, tablelib.concat, tablelib.remove, tablelib.getn):
        with pytest.raises(LuaError, match="object length is not an integer"):
            call(*((table, 1) if call is tablelib.insert else (table,)))


def test_a_length_beyond_reach_is_an_error() -> None:
    table = Table()
    table.meta = Table.from_dict({"__len": lambda *_: 2**62})
    for arguments in ((tablelib.insert, 1, 1), (tablelib.remove, 1), (tablelib.sort,), (tablelib.unpack,)):
        with pytest.raises(LuaError, match=r"too many elements to move|array too big|too many results to unpack"):
            arguments[0](table, *arguments[1:])


def test_insert_takes_up_what_the_hash_part_holds() -> None:
    table = Table.from_list([1, 2])
    table.set(4, "four")
    tablelib.insert(table, 1, 0)
    assert table.array == [0, 1, 2, "four"]
    assert table.length() == 4


def test_removing_before_a_hole_keeps_the_last_element_set() -> None:
    table = Table.from_list([1, None, 3])
    assert tablelib.remove(table) == 3
    assert table.array == [1]
    assert tablelib.remove(table) == 1
    assert tablelib.remove(table) is None


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64, 1000])
def test_sort_agrees_with_pythons(size: int) -> None:
    values = [random.Random(size).randrange(50) for _ in range(size)]
    table = Table.from_list([(value, position) for position, value in enumerate(values)])
    tablelib.sort(table, lambda a, b, *_: a[0] < b[0])
    assert table.array == sorted(table.array), "the sort is stable"
    mixed = Table.from_list([float(value) if value % 2 else value for value in values])
    tablelib.sort(mixed)
    assert mixed.array == sorted(values)


def test_an_inconsistent_comparator_gives_some_order() -> None:
    source = random.Random(1)
    for size in (2, 3, 10, 100):
        table = Table.from_list(range(size))
        tablelib.sort(table, lambda *_: source.random() < 0.5)
        assert sorted(table.array) == list(range(size))
        tablelib.sort(table, lambda *_: True)
        assert sorted(table.array) == list(range(size))


def test_a_comparator_may_change_the_table() -> None:
    table = Table.from_list([3, 1, 2])

    def shrink(a: int, b: int, *_: Any) -> bool:
        tablelib.remove(table)
        return a < b

    tablelib.sort(table, shrink)
    assert table.array == [1, 2, 3]


def test_a_comparator_that_fails_leaves_the_table_as_it_was() -> None:
    table = Table.from_list([3, 1, 2])

    def fail(*_: Any) -> bool:
        raise LuaError("no")

    with pytest.raises(LuaError, match="no"):
        tablelib.sort(table, fail)
    assert table.array == [3, 1, 2]


def test_empty_tables_share_nothing_that_is_written_to() -> None:
    for write in (
        lambda t: t.set(1, 1),
        lambda t: t.set("x", 1),
        lambda t: t.set(2, 1),
        lambda t: t.set(2.5, 1),
        lambda t: t.set(True, 1),
        lambda t: t.__setitem__(1, 1),
        lambda t: t.__setitem__("x", 1),
        lambda t: tablelib.insert(t, 1),
        lambda t: tablelib.insert(t, 1, 1),
        lambda t: tablelib.move(Table.from_list([1, 2]), 1, 2, 1, t),
        lambda t: table_extend(t, 0, (1, 2)),
        lambda t: table_extend(t, 2, 1),
    ):
        written, other = Table(), Table()
        write(written)
        assert list(written.items())
        assert not list(other.items())
        assert (Table().array, Table().hash) == ([], {})


def test_a_table_cleared_and_filled_again() -> None:
    table = Table()
    for _ in range(2):
        for key in (1, 2, "x", 2.5, True):
            table.set(key, key)
        assert [value for _, value in table.items()] == [1, 2, "x", 2.5, True]
        for key in (1, 2, "x", 2.5, True):
            table.set(key, None)
        assert not list(table.items())


def test_nil_may_be_sorted_to_the_end() -> None:
    table = Table.from_list([3, None, 1])
    tablelib.sort(table, lambda a, b, *_: a is not None and (b is None or a < b))
    assert table.array == [1, 3]


def test_frozen_tables_refuse() -> None:
    table = tablelib.freeze(Table.from_list([2, 1]))
    assert tablelib.isfrozen(table) is True
    for call, text in (
        (lambda: tablelib.insert(table, 3), "attempt to insert into Immutable table"),
        (lambda: tablelib.remove(table), "attempt to remove from Immutable table"),
        (lambda: tablelib.sort(table), "attempt to sort Immutable table"),
        (lambda: tablelib.move(table, 1, 1, 2), "attempt to modify Immutable table"),
    ):
        with pytest.raises(LuaError, match=text):
            call()
    assert table.array == [2, 1]
    assert tablelib.isfrozen(Table()) is False


def test_create() -> None:
    assert tablelib.create(4, 0).keyed is False
    assert tablelib.create(0, 4).keyed is True
    for arguments in ((-1, 0), (2**40, 0), (0, 2**63 - 1)):
        with pytest.raises(LuaError, match="size out of range"):
            tablelib.create(*arguments)


def test_getn_and_maxn() -> None:
    table = Table.from_list([1, 2])
    table.set(9.5, True)
    table.set("x", True)
    assert (tablelib.getn(table), tablelib.maxn(table), tablelib.maxn(Table())) == (2, 9.5, 0)
    table.set(9.5, None)
    assert tablelib.maxn(table) == 2


def test_joined_text_beyond_the_limit_is_an_error() -> None:
    table = Table.from_list(["x" * (1 << 27)] * 3)
    with pytest.raises(LuaError, match="resulting string too large"):
        tablelib.concat(table)
    with pytest.raises(LuaError, match="range too large"):
        tablelib.concat(table, "", -(2**63), 2**63 - 1)


def test_errors(lua53: Any) -> None:
    for name, function in (("insert", tablelib.insert), ("remove", tablelib.remove), ("concat", tablelib.concat)):
        with pytest.raises(LuaError, match=rf"bad argument #1 to '{name}' \(table expected, got number\)"):
            function(1, 2)
    lua53.compare(
        [
            ("(function(...) return table.unpack({1, 2, 3}, ...) end)", _unpack_123, [i, j])
            for i in (None, -1, 0, 2, 4)
            for j in (None, -1, 2, 5)
        ]
    )


def _unpack_123(i: Any, j: Any) -> Any:
    return tablelib.unpack(Table.from_list([1, 2, 3]), i, j)
