"""Generated programs give the same results under our runtime as under the reference interpreter."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua53 import THOROUGH, compare, compare_expressions, require_lua53
from lua_coroutines import coroutine_program, self_yielding_program
from lua_evaluation import closure_program, evaluation_program
from lua_expressions import (
    any_pattern_call,
    arithmetic,
    arithmetic_on_variables,
    comparison,
    concatenation,
    format_number,
    format_quoted,
    format_text,
    math_call,
    pattern_call,
    string_arithmetic,
    string_call,
    string_comparison,
    to_number,
)
from lua_faults import fault_program, library_program
from lua_metatables import metatable_program
from lua_numbers import edge, numeric_for
from lua_programs import control_flow
from lua_strings import packing, string_work
from lua_tables import constructor, sorting, table_program

require_lua53()

# For each property. Where a change is to land they make 2,850, always the same ones, so that no change is held up by
# what another one broke; elsewhere some, always others.
EXAMPLES = int(os.environ.get("WIPPY_DIFFERENTIAL_EXAMPLES", "150" if THOROUGH else "40"))
SNIPPETS = 25  # in one program, so that one start of the interpreter serves many
differential = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=THOROUGH
)


def batch(*kinds: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Draw a program's worth of expressions."""
    return st.lists(st.one_of(*kinds), min_size=1, max_size=SNIPPETS)


@differential
@given(batch(arithmetic, arithmetic_on_variables))
def test_arithmetic(expressions: list[str]) -> None:
    compare_expressions(expressions)


@differential
@given(batch(comparison, math_call))
def test_comparison_and_math(expressions: list[str]) -> None:
    compare_expressions(expressions)


@differential
@given(batch(string_arithmetic, to_number))
def test_numerals(expressions: list[str]) -> None:
    compare_expressions(expressions)


@differential
@given(batch(string_call, concatenation, string_comparison))
def test_strings(expressions: list[str]) -> None:
    compare_expressions(expressions)


# What we notice before matching begins, and 5.3 only when its matching gets there.
PATTERN_MISTAKE = r"\terror\t(malformed pattern|unfinished capture|invalid (pattern )?capture|missing '\[')"


@differential
@given(batch(pattern_call, any_pattern_call))
def test_patterns(expressions: list[str]) -> None:
    compare_expressions(expressions, tolerated=PATTERN_MISTAKE)


@differential
@given(batch(format_number, format_text, format_quoted))
def test_format(expressions: list[str]) -> None:
    compare_expressions(expressions)


@differential
@given(st.lists(table_program, min_size=1, max_size=3))
def test_tables(programs: list[str]) -> None:
    compare("\n".join(f"do {program} end" for program in programs))


@differential
@given(batch(sorting))
def test_sort(expressions: list[str]) -> None:
    compare_expressions(expressions)


@differential
@given(batch(constructor))
def test_constructors(constructors: list[str]) -> None:
    """Compare the entries, not the length: a constructor may leave holes."""
    body = "\n".join(f"try({n}, function() return entries({text}) end)" for n, text in enumerate(constructors))
    compare(_ENTRIES + body)


_ENTRIES = """
local function two() return 1, 2 end
local function entries(t)
  local list = {}
  for k, v in pairs(t) do list[#list + 1] = shown(k, v) end
  table.sort(list)
  return table.concat(list, ";")
end
"""


@differential
@given(control_flow())
def test_control_flow(program: str) -> None:
    compare(program)


@differential
@given(metatable_program)
def test_metatables(program: str) -> None:
    compare(program)


# In 5.3 a coroutine that waits for one which it has resumed passes for dead when no value is on its stack.
NOT_SUSPENDED = "cannot resume non-suspended coroutine"


@differential
@given(coroutine_program())
def test_coroutines(program: str) -> None:
    compare(program, tolerated=NOT_SUSPENDED)


@differential
@given(self_yielding_program())
def test_coroutines_that_yield_themselves(program: str) -> None:
    compare(program, tolerated=NOT_SUSPENDED)


@differential
@given(evaluation_program)
def test_evaluation(program: str) -> None:
    compare(program)


@differential
@given(closure_program)
def test_closures(program: str) -> None:
    compare(program)


@differential
@given(fault_program)
def test_messages_with_names(program: str) -> None:
    compare(program)


@differential
@given(library_program)
def test_library_on_wrong_arguments(program: str) -> None:
    compare(program)


@differential
@given(batch(edge, numeric_for))
def test_numbers_at_the_edges(expressions: list[str]) -> None:
    compare_expressions(expressions)


@differential
@given(batch(string_work))
def test_string_work(expressions: list[str]) -> None:
    compare_expressions(expressions, tolerated=PATTERN_MISTAKE)


# 5.3 takes the end of the data for the zero that is missing.
NO_ZERO = "unfinished string for format 'z'"


@differential
@given(batch(packing))
def test_packing(expressions: list[str]) -> None:
    compare_expressions(expressions, tolerated=NO_ZERO)
