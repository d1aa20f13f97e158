"""Proofs of types: what is proven, what must not be, and that programs do the same without them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler import syntax as s
from compiler.parser import parse
from compiler.proofs import COUNT, UNKNOWN, Proofs, Type
from compiler.ranges import WHOLE, Range
from compiler.resolve import resolve
from compiler.results import Results
from compiler.scope import Namer
from compiler.shapes import Shapes
from compiler.standard import Standard
from runtime.code.standalone import run
from runtime.lua.errors import LuaError
from runtime.lua.limits import lift_recursion_limit

lift_recursion_limit()  # before Hypothesis notes the limit

CASES = [
    ("local x = 1", Range(1, 1)),
    ("local x = 1 x = x + 1", Range(1, 1 + COUNT)),
    ("local x = 10 x = x - 16", Range(10 - 16 * COUNT, 10)),
    ("local x = 1 x = x + 17", WHOLE),
    ("local x = 1 x = x + x", WHOLE),
    ("local x = 1 << 62", Range(1 << 62, 1 << 62)),
    ("local x = 1 << 63", WHOLE),
    ("local x = 0x7fffffffffffffff", Range(WHOLE.high, WHOLE.high)),
    ("local x = 0x7fffffffffffffff x = x + 1", WHOLE),
    ("local x = 42 x = (x * 1103515245 + 12345) % 2147483648", Range(0, 2147483647)),
    ("local x = 6 & -7", Range(0, 6)),
    ("local x = 6 | 9", Range(0, 15)),
    ("local x = -6 | 9", WHOLE),
    ("local x = 1 >> 1", Range(0, 0)),
    ("local x = -1 >> 1", WHOLE),
    ("local x = ~1", Range(-2, -2)),
    ("local x = -9223372036854775807 - 1 x = -x", WHOLE),
    ("local x = 7 // 2", Range(3, 3)),
    ("local x = -7 // 2", Range(-4, -4)),
    ("local x = 7 // 0", WHOLE),
    ("local x = 1.5 & 1", WHOLE),
    ("local x = 1.5", Type.FLOAT),
    ("local x = 1 / 2", Type.FLOAT),
    ("local x = 2 ^ 2", Type.FLOAT),
    ("local x = 1 x = 1.5", Type.NUMBER),
    ("local x = 1.5 x = x * 2", Type.FLOAT),
    ("local x = 7 % 4", Range(0, 3)),
    ("local x = 7 % -4", Range(-3, 0)),
    ("local x = 'a' .. 1", Type.STRING),
    ("local x = '1' + 1", Type.UNKNOWN),
    ("local x = 1 < 2", Type.BOOLEAN),
    ("local x = not nil", Type.BOOLEAN),
    ("local x = {}", Type.TABLE),
    ("local x = {} x = nil", Type.UNKNOWN),
    ("local x", Type.UNKNOWN),
    ("local x = f()", Type.UNKNOWN),
    ("local x = ...", Type.UNKNOWN),
    ("local x = #'abc'", Range(0, 1 << 48)),
    ("local x = #t", Type.UNKNOWN),
    ("local x = 1 function g() x = 'a' end", Type.UNKNOWN),
    ("local x = 1 local function g() x = x + 1 end", Range(1, 1 + COUNT)),
    ("local x = 1 x, y = f()", Type.UNKNOWN),
    ("local x = 1 x, y = 2, f()", Range(1, 2)),
    ("local x = y and 1 or 2", Type.UNKNOWN),
    ("local x = (1 < 2) and 3", Type.UNKNOWN),
    ("local a, x = 1", Type.UNKNOWN),
    ("local a, x = f(), 2", Range(2, 2)),
    ("local x = tostring(y)", Type.STRING),
    ("local x = math.sqrt(y)", Type.FLOAT),
    ("local floor = math.floor local x = floor(y)", Type.NUMBER),
    ("local floor = math.floor floor = g local x = floor(y)", Type.UNKNOWN),
    ("local math = {} local x = math.sqrt(y)", Type.UNKNOWN),
    ("local x = ('a'):upper()", Type.STRING),
    ("local x = ('a'):upper():len()", Range(0, 1 << 48)),
    ("local x = ('a'):byte()", Type.UNKNOWN),
    ("local x = y:upper()", Type.UNKNOWN),
    ("local y = 5 local x = y x = x + 1 y = 7", Range(5, 7 + COUNT)),
    ("local y = 5 local x = y x = x + 1 y = x", WHOLE),
    ("local y = 1.5 local x = y x = x - 1", Type.FLOAT),
    ("local x = 1 goto l ::l:: x = nil", Type.UNKNOWN),
]


def known(symbol):
    """Give the range of an integer, the type of anything else."""
    standard = Standard(Namer(), frozenset())
    results = Results(standard)
    fact = Proofs(results, standard, Shapes(results, standard)).of_subject(symbol)
    if fact.nil:
        return Type.UNKNOWN
    return fact.range if fact.type is Type.INTEGER else fact.type


def declared(chunk: s.Function, name: str) -> s.Local:
    """Find the declaration of a local at the top level."""
    return next(
        statement
        for statement in chunk.body.statements
        if isinstance(statement, s.Local) and name in [item.name for item in statement.names]
    )


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_types(source, expected):
    chunk = parse(source, "t")
    resolve(chunk, source, "t")
    statement = declared(chunk, "x")
    symbol = statement.symbols[[item.name for item in statement.names].index("x")]
    assert known(symbol) == expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("1, n", Range(1, 1 + COUNT)),
        ("1, 10, 2", Range(1, 10)),
        ("10, 1, -1", Range(1, 10)),
        ("4, m, 2", Range(4, 4 + 2 * COUNT)),
        ("1, n, 1000", WHOLE),
        ("0x7ffffffffffffff0, n", WHOLE),
        ("1.0, n", Type.NUMBER),
        ("n, 10", Type.NUMBER),
        ("1, n, 0.5", Type.FLOAT),
        ("1, n, m", Type.NUMBER),
    ],
)
def test_loop_variables(bounds, expected):
    source = f"for i = {bounds} do end"
    chunk = parse(source, "t")
    resolve(chunk, source, "t")
    [loop] = chunk.body.statements
    assert isinstance(loop, s.NumericFor)
    assert loop.symbol is not None
    found = known(loop.symbol)
    # A float start makes all values floats; what is proven may be wider, never narrower.
    assert found == expected or (expected is Type.NUMBER and found is Type.FLOAT and bounds.startswith("1.0"))


PARAMETERS = [
    ("local function f(x) end f(1) f(2)", Range(1, 2)),
    ("local function f(x) if x < 2 then return x end return f(x - 1) + f(x - 2) end f(30)", Range(30 - 2 * COUNT, 30)),
    ("local function f(x) return f(x - 1000) end f(30)", WHOLE),
    ("local function f(x) end f(1) f(1.5)", Type.NUMBER),
    ("local function f(x) end f(1) f('a')", Type.UNKNOWN),
    ("local function f(x) end f(1) f()", Type.UNKNOWN),
    ("local function f(x) end f(g())", Type.UNKNOWN),
    ("local function f(x) end f(1) g(f)", Type.UNKNOWN),
    ("local function f(x) end f(1) return f", Type.UNKNOWN),
    ("local function f(x) end f(1) t.f = f", Type.UNKNOWN),
    ("local function f(x) x = 'a' end f(1)", Type.UNKNOWN),
    ("local function f(x) end f(1) f = nil", Type.UNKNOWN),
    ("local function f(x) end local function g(y) f(y) end g({})", Type.TABLE),
    ("local function f(x) end function g(y) f(y) end", Type.UNKNOWN),
    ("local f = function(x) end f('a')", Type.STRING),
    ("local f f = function(x) end f('a')", Type.UNKNOWN),
    ("function f(x) end f(1)", Type.UNKNOWN),
    ("local function f(x) end", Type.UNKNOWN),
    ("local function f(x) end local function g(y) return y + 1 end f(g(1))", Range(2, 2)),
    ("local function f(x) end local function g(y) if y then return 1 end end f(g(1))", Type.UNKNOWN),
    ("local function f(x) end local function g(y) return y, y end f(g(1))", Type.UNKNOWN),
    ("local function f(x) if x > 5 then return 'a' end return f(x + 1) end f(1)", Range(1, 1 + COUNT)),
    ("local function f(x) return f(f(x)) end f(1)", Type.UNKNOWN),
]


@pytest.mark.parametrize(("source", "expected"), PARAMETERS)
def test_parameters(source, expected):
    chunk = parse(source, "t")
    resolve(chunk, source, "t")
    found: list[s.Function] = []
    for statement in chunk.body.statements:
        if isinstance(statement, s.LocalFunction):
            found.append(statement.function)
        elif isinstance(statement, (s.Local, s.Assignment)):
            found.extend(value for value in statement.values if isinstance(value, s.Function))
    assert found[0].scope is not None
    assert known(found[0].scope.parameters[0]) == expected


LITERALS = st.sampled_from(
    [
        "0",
        "1",
        "-1",
        "2",
        "3",
        "64",
        "65",
        "1.5",
        "-0.5",
        "1e308",
        "9223372036854775807",
        "-9223372036854775807",
        "4611686018427387904",
    ]
)
NAMES = st.sampled_from(["a", "b", "c"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "//", "<", "<=", "==", "~=", "..", "and", "or"])
ATOMS = st.one_of(LITERALS, NAMES, st.just("'7'"), st.just("true"), st.just("nil"), st.just("#'xy'"))
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.builds("({} {} {})".format, inner, OPERATORS, inner) | st.builds("(- {})".format, inner),
    max_leaves=5,
)
ASSIGNMENTS = st.builds("{} = {}".format, NAMES, EXPRESSIONS)
LOOPS = st.builds(
    "for i = {}, {} do a = i b = i + 1 c = c end".format,
    st.sampled_from(["1", "2", "1.5", "-3"]),
    st.sampled_from(["3", "4.5", "0"]),
)
FUNCTION = """
local function f(x, y) if y and x == y then return x end local z = x a = x return z end
local function g(x) b = f(x, a) if x then return f(x) end end
"""
CALLS = st.builds("{} = {}({})".format, NAMES, st.sampled_from(["f", "g"]), EXPRESSIONS)
PROGRAMS = st.builds(
    lambda first, lines: "\n".join([f"local a, b, c = {', '.join(first)}", FUNCTION, *lines]),
    st.lists(LITERALS, min_size=3, max_size=3),
    st.lists(st.one_of(ASSIGNMENTS, LOOPS, CALLS), min_size=1, max_size=6),
)
REPORT = """
local function show(v) return math.type(v) and string.format("%s %.17g", math.type(v), v) or tostring(v) end
print(show(a), show(b), show(c))
"""


def outcome(source: str) -> str:
    """Give what a program prints, or its error."""
    printed: list[str] = []
    try:
        run(source, "t", (), printed.append)
    except LuaError as error:
        printed.append(f"error: {error}")
    return "".join(printed)


@settings(max_examples=150, deadline=None)
@given(PROGRAMS)
def test_programs_do_the_same_without_proofs(program):
    source = f"{program}\n{REPORT}"
    proven = outcome(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Proofs, "fact", lambda _self, _node: UNKNOWN)
        assert outcome(source) == proven
