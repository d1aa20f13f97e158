"""Declarations: functions, handles, failures, and the conversion of what passes through them."""

from __future__ import annotations

import gc
import importlib
import pkgutil

import pytest

import stdlib
from runtime.binding import (
    Bytes,
    Callback,
    Failure,
    Kind,
    LuaString,
    LuaValue,
    Module,
    Table,
    Text,
    Userdata,
    hooks,
    method,
)
from runtime.lua.errors import Error, LuaError
from runtime.node import load_modules


def declare(body, **options):
    """Declare one function and give it as Lua code finds it."""
    module = Module("test")
    module.function(**options)(body)
    return module.table().get(options.get("name") or body.__name__.rstrip("_"))


def raised(call, *arguments):
    with pytest.raises(LuaError) as caught:
        call(*arguments)
    return str(caught.value)


def test_text_is_decoded_and_encoded():
    def shout(text: Text) -> Text:
        assert text == "grüß"
        return Text(text.upper())

    assert declare(shout)("gr\xc3\xbc\xc3\x9f") == "GR\xc3\x9cSS"


def test_bytes_and_lua_strings():
    def both(data: Bytes, raw: LuaString) -> tuple[Bytes, LuaString]:
        assert data == b"\xff\x00"
        return Bytes(data * 2), raw

    assert declare(both)("\xff\x00", "\xfe") == ("\xff\x00\xff\x00", "\xfe")


def test_bytes_that_are_no_text_survive():
    def echo(text: Text) -> Text:
        return text

    assert declare(echo)("a\xff\xfe") == "a\xff\xfe"


def test_numbers_and_truth():
    def add(a: int, b: float, sure: bool = False) -> LuaValue:
        return a, b, sure

    call = declare(add)
    assert call(2.0, 3) == (2, 3.0, False)
    assert call("7", "0x10", 0) == (7, 16.0, True)
    assert raised(call, 1.5, 1) == "bad argument #1 to 'add' (number has no integer representation)"
    assert raised(call, 1, {}).startswith("bad argument #2 to 'add' (number expected, got ")
    assert raised(call) == "bad argument #1 to 'add' (number expected, got nil)"


def test_optional_arguments_and_rest():
    def join(first: Text, second: Text | None = None, *rest: int) -> LuaValue:
        return [first, second, rest]

    call = declare(join)
    assert call("a") == ["a", None, ()]
    assert call("a", None, 1, 2.0) == ["a", None, (1, 2)]
    assert raised(call, "a", "b", 1, "x") == "bad argument #4 to 'join' (number expected, got string)"


def test_extra_arguments_are_absorbed():
    def none() -> None:
        """Take nothing."""

    assert declare(none)(1, 2, 3) is None


def test_tables_and_functions_are_checked():
    def take(table: Table, call: Callback) -> LuaValue:
        return call(table)

    call = declare(take)
    assert call(Table.from_list([5]), lambda table: table.get(1)) == 5
    assert raised(call, "x", print) == "bad argument #1 to 'take' (table expected, got string)"
    assert raised(call, Table(), Table()) == "bad argument #2 to 'take' (function expected, got table)"


def test_a_failure_is_a_pair_or_is_raised():
    def fail() -> LuaValue:
        raise Failure(Kind.NOT_FOUND, "größe", retryable=True, details={"id": "ü"})

    none, error = declare(fail)()
    assert none is None
    assert (error.kind, error.message, error.retryable) == (Kind.NOT_FOUND, "gr\xc3\xb6\xc3\x9fe", True)
    assert error.details.get("id") == "\xc3\xbc"
    with pytest.raises(LuaError) as caught:
        declare(fail, raises=True)()
    assert caught.value.value.kind == Kind.NOT_FOUND


def test_a_python_error_is_logged_and_told_as_internal(caplog):
    def broken() -> LuaValue:
        return 1 // 0

    with pytest.raises(LuaError) as caught:
        declare(broken)()
    error = caught.value.value
    assert isinstance(error, Error)
    assert error.kind == Kind.INTERNAL
    assert error.message == "internal error in 'broken'; the log has the details"
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_exhaustion_is_the_programs_own_error(error):
    def exhausting() -> LuaValue:
        raise error

    with pytest.raises(error):
        declare(exhausting)()


@pytest.mark.parametrize("ends", [BaseException, GeneratorExit])
def test_a_blocking_function_does_not_wait_for_its_turn_when_it_is_unwound(monkeypatch, ends):
    turns = []
    monkeypatch.setattr(hooks, "after_blocking", lambda: turns.append(1))

    def ok() -> LuaValue:
        return 1

    def fails() -> LuaValue:
        raise LuaError("x")

    def unwound() -> LuaValue:
        raise ends

    assert declare(ok, blocks=True)() == 1
    with pytest.raises(LuaError):
        declare(fails, blocks=True)()
    assert len(turns) == 2
    with pytest.raises(ends):
        declare(unwound, blocks=True)()
    assert len(turns) == 2


def test_what_had_its_share_gives_way_at_the_end_of_a_function(monkeypatch):
    def work() -> LuaValue:
        return 5

    calls = []
    monkeypatch.setattr(hooks, "overdue", lambda: calls.append(1))
    assert declare(work)() == 5
    assert calls == [1]


# --- handles ----------------------------------------------------------------------------------------------------------

module = Module("shapes")


@module.handle("Box")
class Box(Userdata):
    """A handle whose methods name it, and one that is declared further down."""

    def __init__(self, size: int) -> None:
        self.size = size

    @method
    def grow(self, by: int = 1) -> Box:
        return Box(self.size + by)

    @method
    def join(self, other: Box | None = None) -> int:
        return self.size + (other.size if other is not None else 0)

    @method
    def fill(self, liquid: Liquid) -> Text:
        return Text(f"{self.size} of {liquid.name}")

    @method(name="type")
    def type_(self) -> Text:
        return Text("box")

    def hidden(self) -> None:
        """Stay out of reach."""


@module.handle("Liquid")
class Liquid(Userdata):
    """The one further down."""

    name = "tea"


@module.function
def box(size: int) -> Box:
    """Make one."""
    return Box(size)


def test_methods_may_name_their_own_class_and_later_ones():
    made = module.table().get("box")(3)
    assert made.lua_index("grow")(made, 2).size == 5
    assert made.lua_index("join")(made, made) == 6
    assert made.lua_index("join")(made) == 3
    assert made.lua_index("fill")(made, Liquid()) == "3 of tea"
    assert made.lua_index("type")(made) == "box"
    expected = "bad argument #1 to 'fill' (Liquid expected, got userdata)"
    assert raised(made.lua_index("fill"), made, made) == expected


def test_a_method_called_with_a_dot_says_so():
    made = module.table().get("box")(3)
    text = raised(made.lua_index("grow"), 5)
    assert text == "bad argument #0 to 'grow' (Box expected, got number; call it with ':')"
    assert raised(made.lua_index("grow"), Liquid()).endswith("(Box expected, got userdata; call it with ':')")


def test_only_declared_methods_are_reachable():
    made = Box(1)
    for name in ("hidden", "size", "__class__", "__init__", "lua_methods"):
        assert made.lua_index(name) is None


def test_a_class_made_inside_a_function_works():
    inner = Module("inner")

    @inner.handle("Local")
    class Local(Userdata):
        @method
        def me(self) -> Local:
            return self

    made = Local()
    inner.table()
    assert made.lua_index("me")(made) is made


def test_the_annotations_of_a_module_are_read_when_its_table_is_made():
    bad = Module("bad")

    @bad.function
    def nonsense(value: Unknown) -> LuaValue:  # noqa: F821
        return value

    with pytest.raises(NameError):
        bad.table()
    odd = Module("odd")

    @odd.function
    def unconvertible(value: int | str) -> LuaValue:
        return value

    with pytest.raises(TypeError, match="annotate it LuaValue"):
        odd.table()


def test_module_tables_are_frozen():
    made = Module("m")
    made.constants({"list": [1, {"x": "ü"}], "n": 1})
    table = made.table()
    assert table is made.table()
    assert table.get("list").get(2).get("x") == "\xc3\xbc"
    for part in (table, table.get("list"), table.get("list").get(2)):
        assert raised(part.set, "new", 1) == "attempt to modify Immutable table"


def test_every_module_of_ours_is_sound():
    """Making the table reads all annotations, and raises for one that is not understood."""
    tables = load_modules()
    names = {info.name for info in pkgutil.iter_modules(stdlib.__path__)}
    for name in names:
        declared = getattr(importlib.import_module(f"stdlib.{name}"), "module", None)
        assert isinstance(declared, Module), f"stdlib/{name}.py declares no `module`: name it so, or move the file"
        assert declared.name in tables


def test_bound_functions_do_not_keep_their_arguments():
    def take(table: Table) -> None:
        """Drop it."""

    call = declare(take)
    table = Table()
    call(table)
    assert len(gc.get_referrers(table)) <= 1
