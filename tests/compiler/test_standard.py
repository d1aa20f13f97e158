"""What the compiler believes of standard functions holds for the functions; chunks do not trust what is another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.pipeline import compile_chunk
from compiler.standard import FUNCTIONS, GLOBALS, Result
from runtime.code.binding import bind
from runtime.lua.errors import LuaError
from runtime.lua.libraries import environment, shared
from runtime.lua.table import Table

# `coroutine.yield` outside any coroutine has nobody to yield to.
CALLED = sorted(path for path, result in FUNCTIONS.items() if result.is_single)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-3, 40),
    st.floats(),
    st.sampled_from(["", "a", "abc", "10", "0x10", " 3.5 ", "%d", "%s %s", "*t", "!%Y", "-"]),
    st.builds(Table.from_list, st.lists(st.sampled_from(["a", 1, 2.5]), max_size=4)),
    st.just(lambda *_: ()),
)
TYPES = {
    Result.STRING: (str,),
    Result.FLOAT: (float,),
    Result.NUMBER: (int, float),
    Result.BOOLEAN: (bool,),
    Result.LENGTH: (int,),
    Result.TABLE: (Table,),
}


def function(path):
    name, _, member = path.partition(".")
    value = shared()[name]
    return value.get(member) if member else value


@pytest.mark.parametrize("path", sorted(FUNCTIONS))
def test_each_function_is_there(path):
    assert callable(function(path))


def test_globals_are_there():
    of_processes = {"_G", "print", "channel", "payload", "process", "subscribe", "unsubscribe"}
    assert of_processes == {name for name in GLOBALS if name not in environment({}).hash}


@settings(max_examples=3000, deadline=None)
@given(st.sampled_from(CALLED), st.lists(VALUES, max_size=3))
def test_results_are_as_told(path, arguments):
    if path == "string.rep" and len(arguments) > 1 and isinstance(arguments[1], int | float) and arguments[1] > 1000:
        return  # long strings are no subject here
    try:
        result = function(path)(*arguments)
    except LuaError:
        return
    assert not isinstance(result, tuple)
    wanted = TYPES.get(FUNCTIONS[path])
    if wanted is not None:
        assert type(result) in wanted
    if FUNCTIONS[path] is Result.LENGTH:
        assert 0 <= result <= 1 << 48


def outcome(source, extra):
    globals_ = environment(extra)
    return bind(compile_chunk(source, "t"), source, "t", globals_)()


def test_a_function_of_the_name_of_a_standard_one_is_called_in_its_place():
    source = "local a = tostring(1) return a, tostring(2)"
    assert outcome(source, {}) == ("1", "2")
    assert outcome(source, {"tostring": lambda *_: (5, 6)}) == (5, 5, 6)


def test_a_library_of_the_name_of_a_standard_one_is_used_in_its_place():
    source = "local x = math.sqrt(4) return x + 1, math.pi"
    assert outcome(source, {})[0] == 3.0
    assert outcome(source, {"math": Table.from_dict({"sqrt": lambda *_: "40", "pi": 3})}) == (41, 3)
    _, message = outcome("return pcall(function() return math.sqrt(4) end)", {"math": Table()})
    assert message == "t:1: attempt to call a nil value (field 'sqrt')"


def test_a_global_that_the_chunk_assigns_is_not_trusted():
    source = "local old = tostring function tostring(v) return old(v), 'more' end return tostring(1)"
    assert outcome(source, {}) == ("1", "more")


def test_what_a_chunk_trusts_stands_in_it():
    assert compile_chunk("return math.floor(1), tostring", "t").trusted == ("math",)
    assert compile_chunk("math = {} return math.floor(1)", "t").trusted == ()
    assert compile_chunk("return math.floor(1)", "t", trusting=False).trusted == ()
    assert compile_chunk("return ('x'):rep(3)", "t").trusted == ("string",)
