"""Tables that a chunk keeps to itself: what is proven of their fields, and that programs do the same without proofs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler import syntax as s
from compiler.parser import parse
from compiler.proofs import UNKNOWN, Fact, Proofs, Type
from compiler.ranges import Range
from compiler.resolve import resolve
from compiler.results import Results
from compiler.shapes import Shapes
from compiler.standard import Standard
from runtime.code.standalone import run
from runtime.lua.errors import LuaError
from runtime.lua.limits import lift_recursion_limit

lift_recursion_limit()  # before Hypothesis notes the limit

FIELDS = [
    ("local t = { x = 1 } local r = t.x", Fact(Type.INTEGER, Range(1, 1), nil=True)),
    ("local t = { x = 1 } t.x = 2.5 local r = t.x", Fact(Type.NUMBER, nil=True)),
    ("local t = { x = 1, y = 'a' } t.z = 5 local r = t.x", Fact(Type.INTEGER, Range(1, 1), nil=True)),
    ("local t = { x = 1 } t.x = nil local r = t.x", Fact(Type.INTEGER, Range(1, 1), nil=True)),
    ("local t = {} for i = 1, 9 do t[i] = i end local r = t[3]", Fact(Type.INTEGER, Range(1, 9), nil=True)),
    ("local t = { n = 'a' } for i = 1, 9 do t[i] = i end local r = t[3]", Fact(Type.INTEGER, Range(1, 9), nil=True)),
    ("local t = { { x = 1.5 } } local r = t[1].x", Fact(Type.FLOAT, nil=True)),
    ("local t = {} t.next = { x = 1.5 } t.next.next = t.next local r = t.next.next.x", Fact(Type.FLOAT, nil=True)),
    ("local t = {} table.insert(t, 1.5) local r = t[1]", Fact(Type.FLOAT, nil=True)),
    ("local function f(t) t.x = 1.5 end local t = {} f(t) local r = t.x", Fact(Type.FLOAT, nil=True)),
    ("local function f() return { x = 1.5 } end local r = f().x", Fact(Type.FLOAT, nil=True)),
    ("local t = { 1.5 } local u = t local r = u[1] u[2] = 2.5", Fact(Type.FLOAT, nil=True)),
    ("local t = { 1.5 } print(#t, type(t), table.concat(t)) local r = t[1]", Fact(Type.FLOAT, nil=True)),
    ("local t = { 1.5 } local r = t[1] or 0.5", Fact(Type.FLOAT)),
    ("local t = { 1.5 } local r = t[1] + 1", Fact(Type.FLOAT)),
]
LOST = [
    "local t = { x = 1 } print(t) local r = t.x",
    "local t = { x = 1 } g = t local r = t.x",
    "local t = { x = 1 } local r = t.x return t",
    "local t = { x = 1 } setmetatable(t, m) local r = t.x",
    "local t = { x = 1 } local r = t.x t:f()",
    "local t = { x = 1 } local u = { t } print(u) local r = t.x",
    "local t = { x = 1 } local u = {} u[t] = 1 local r = t.x",
    "local t = { x = 1 } local a = t + b local r = t.x",
    "local t = { x = 1 } local a = t == b local r = t.x",
    "local t = { x = 1 } t[k] = 'a' local r = t.x",
    "local t = { x = 1 } t.x = g() local r = t.x",
    "local t = { x = 1 } t.x, t.y = g() local r = t.x",
    "local t = { x = 1 } t = g() local r = t.x",
    "local t = { g() } local r = t[1]",
    "local t = { ... } local r = t[1]",
    "local function f(t) print(t) end local t = { x = 1 } f(t) local r = t.x",
    "local function f(t) t.x = 'a' end local t = { x = 1 } f(t) f(t) local r = t.x",
    "local f = function(t) t.x = 'a' end print(f) local t = { x = 1 } f(t) local r = t.x",
    "local function f() local t = { x = 1 } return t, 1 end local t = f() local r = t.x",
    "local t = { x = 1 } local f = function() return t end print(f) local r = t.x",
    "local t = { x = 1 } for k, v in next, t do end local r = t.x",
    "local t = { x = 1 } local co = coroutine.wrap(function() coroutine.yield(t) end) local r = t.x",
    "local t = { x = 1 } table.sort({ 1 }, function() return t end) local r = t.x",
    "local t = { upper = 1 } t = 'a' local r = t.upper",
    "local t = { upper = 1 } t = t or 'a' local r = t.upper",
]


def fact_of_r(source: str) -> Fact:
    """Give what is proven of the local `r` of a chunk."""
    chunk = parse(source, "t")
    namer = resolve(chunk, source, "t")
    assert chunk.scope is not None
    standard = Standard(namer, chunk.scope.globals_assigned)
    results = Results(standard)
    proofs = Proofs(results, standard, Shapes(results, standard, chunk))
    found = [at for at in chunk.body.statements if isinstance(at, s.Local) and at.names[0].name == "r"]
    return proofs.of_subject(found[0].symbols[0])


@pytest.mark.parametrize(("source", "expected"), FIELDS)
def test_fields(source, expected):
    assert fact_of_r(source) == expected


@pytest.mark.parametrize("source", LOST)
def test_fields_of_what_gets_out_are_unknown(source):
    assert fact_of_r(source).type is Type.UNKNOWN


NAMES = st.sampled_from(["a", "b"])
KEYS = st.sampled_from(["1", "2", "3", "a", "#l", "'x'", "1.0", "#l + 1"])
ATOMS = st.sampled_from(
    [
        *("0", "7", "-3", "2.5", "9223372036854775807", "'s'", "true", "nil", "a", "b", "r.x", "r.y", "l[1]", "l[2]"),
        *("#l", "r.t", "l", "n.in_[1]", "n.in_.x", "(r.x or 4)", "(l[1] or 2.5)", "#r", "(r.x and l[1])", "u.x"),
        "get(r)",
    ]
)
OPERATORS = st.sampled_from(["+", "-", "*", "/", "%", "//", "<", "<=", "==", "~=", "..", "and", "or", "&", "^"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.builds("({} {} {})".format, inner, OPERATORS, inner) | st.builds("(- {})".format, inner),
    max_leaves=4,
)
PLAIN = st.sampled_from(["0", "7", "2.5", "a", "r.x + 1", "l[1]", "r.x - r.y"])
LOOPS = [
    "for i, v in ipairs(l) do a = v b = i + v end",
    "for k, v in pairs(r) do b = v end",
    "for _, v in pairs(l) do a = v end",
    "for i = 1, #l do l[i] = i end",
    "for i = 1, 3 do r.x = r.x + 1 a = l[i] end",
    "while r.x < 9 do r.x = r.x + 1 end",
    "if l[1] then a = 1 else a = 2 end",
    "if not r.y then b = r.y end",
    "table.sort(l, function(p, q) return p < q end)",
    "a = table.remove(l)",
    "a, b = l[1], r.x",
    "l[1], l[2] = l[2], l[1]",
    "fill(l, a)",
    "fill(n.in_, r.x)",
    "u = l",
    "u = r",
    "r.t = l",
    "r.t = { x = a }",
    "n.in_ = l",
    "a = r.t.x",
    "r.t[1] = b",
]
OUT = st.sampled_from(["escape(r)", "escape(l)", "setmetatable(r, { __index = function() return 'm' end })", "g = n"])
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("r.x = {}".format, PLAIN),
    st.builds("r.y = {}".format, EXPRESSIONS),
    st.builds("l[{}] = {}".format, KEYS, PLAIN),
    st.builds("table.insert(l, {})".format, PLAIN),
    st.builds("u.x = {}".format, PLAIN),
    st.sampled_from(LOOPS),
    st.sampled_from(LOOPS),
)
PRELUDE = """
function escape(t) t.x = "out" t[1] = "out" end
local function fill(t, v) t[1] = v t.x = v end
local function get(t) if t.x then return t.x end return 5 end
local a, b = 1, 2
local r, l, n, u = { x = 1, y = 2.5 }, { 1, 2, 3 }, { in_ = { 4, x = 5 } }, {}
"""
REPORT = """
local function show(v) return math.type(v) and string.format("%s %.17g", math.type(v), v) or type(v) end
print(show(a), show(b), show(r.x), show(r.y), show(l[1]), show(l[2]), #l, show(n.in_.x), show(u.x))
"""


def outcome(source: str) -> str:
    """Give what a program prints, or its error."""
    printed: list[str] = []
    try:
        run(source, "t", (), printed.append)
    except LuaError as error:
        printed.append(f"error: {error}")
    return "".join(printed)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STATEMENTS, min_size=1, max_size=8), st.lists(OUT, max_size=1), st.booleans())
def test_programs_do_the_same_without_proofs(statements, out, caught):
    body = [*statements, *out, *statements[:2]]
    lines = [f"print(pcall(function() {line} end))" if caught else line for line in body]
    source = "\n".join([PRELUDE, *lines, REPORT])
    proven = outcome(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Proofs, "fact", lambda _self, _node: UNKNOWN)
        assert outcome(source) == proven
