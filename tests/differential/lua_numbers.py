"""Hypothesis strategies for numbers at the edges: division, modulo and shifts, and the numeric for."""

from __future__ import annotations

from hypothesis import strategies as st

_INTEGERS = ["0", "1", "-1", "2", "-2", "3", "-3", "7", "-7", "63", "64", "-63", "-64", "65", "1 << 62"]
_INTEGERS += ["math.maxinteger", "math.mininteger", "math.maxinteger - 1", "math.mininteger + 1", "1 << 53"]
_FLOATS = ["0.0", "-0.0", "0.5", "-0.5", "1.0", "-1.0", "3.0", "-3.0", "5.3", "-5.3", "2^53", "-2^53", "2^63", "-2^63"]
_FLOATS += ["2^64", "1e308", "-1e308", "5e-324", "math.huge", "-math.huge", "0/0", "64.0", "1e15 + 0.5"]
_numbers = st.sampled_from(_INTEGERS + _FLOATS)
_integers = st.sampled_from(_INTEGERS)
_operators = st.sampled_from(["//", "%", "/", "<<", ">>", "&", "|", "~", "+", "-", "*", "^", "<", "<=", "==", "~="])

# Three ways in which the operands may be known: to nobody before they are there, to both compilers, in a loop.
edge = st.one_of(
    st.builds(lambda x, o, y: f"(function(x, y) return x {o} y end)({x}, {y})", _numbers, _operators, _numbers),
    st.builds(lambda x, o, y: f"(function(x, y) return x {o} y end)({x}, {y})", _integers, _operators, _integers),
    st.builds(lambda x, o, y: f"({x}) {o} ({y})", _numbers, _operators, _numbers),
    st.builds(lambda x, o, y: f"(function(x) return x {o} ({y}) end)({x})", _numbers, _operators, _numbers),
    st.builds(lambda x, o, y: f"(function(y) return ({x}) {o} y end)({y})", _numbers, _operators, _numbers),
    st.builds(
        lambda x, o, y: f"(function() local x = {x} for _ = 1, 2 do x = x {o} ({y}) end return x end)()",
        _numbers,
        st.sampled_from(["//", "%", "<<", ">>", "+", "-", "*"]),
        _numbers,
    ),
    st.builds(lambda o, x: f"(function(x) return {o} x end)({x})", st.sampled_from(["-", "~", "- -", "~ ~"]), _numbers),
    st.builds(
        lambda f, x: f"math.{f}({x})", st.sampled_from(["abs", "floor", "ceil", "tointeger", "type", "modf"]), _numbers
    ),
    st.builds(lambda f, x, y: f"math.{f}({x}, {y})", st.sampled_from(["fmod", "max", "min"]), _numbers, _numbers),
    st.builds(lambda x, y: f"math.ult({x}, {y})", _integers, _integers),
    st.builds(lambda x, y: f"({{ [{x}] = 1 }})[{y}]", _numbers.filter(lambda x: x != "0/0"), _numbers),
    st.builds(lambda x: f"string.format('%d', {x})", _numbers),
    st.builds(lambda x: f"tostring({x})", _integers),
)

# 5.3 takes the step off the start and adds it again, so a loop with large numbers loses digits or wraps around there,
# which is nobody's wish; a step of zero makes it run for ever, and is an error here; not-a-number as the limit of a
# loop downwards is taken for the smallest one.
_starts = st.one_of(
    st.integers(-4, 12).map(str),
    st.sampled_from(["1.5", "-2.5", "3.0", "nil", "true", '"x"', "{}", "1 << 53", "-(1 << 62)"]),
)
_limits = st.one_of(
    _starts,
    st.sampled_from(
        ["math.huge", "-math.huge", "math.maxinteger", "math.mininteger", "2^53", "-2^63", "2^64", "1e308"]
    ),
    st.sampled_from(["-0.0", "4.999", "-1.001", "-1e308"]),
)
_steps = st.sampled_from(["1", "-1", "2", "-3", "5", "0.5", "-0.5", "1.0", "-2.0", "nil", "{}", '"x"', "1.5"])
_far = st.sampled_from(
    ["math.maxinteger - 5, math.maxinteger - 3", "math.mininteger + 4, math.mininteger + 2, -1", "-2, 0/0", "1, 0/0, 2"]
)


def _loop(header: str) -> str:
    return (
        f"(function() local seen = {{}} for i = {header} do seen[#seen + 1] = i if #seen > 4 then break end end "
        "return table.unpack(seen) end)()"
    )


numeric_for = st.one_of(
    st.builds(lambda a, b: _loop(f"{a}, {b}"), _starts, _limits),
    st.builds(lambda a, b, c: _loop(f"{a}, {b}, {c}"), _starts, _limits, _steps),
    _far.map(_loop),
    st.builds(
        lambda a, b, c: (
            f"(function(a, b, c) local n, last = 0 for i = a, b, c do n, last = n + 1, i if n > 6 then break end end "
            f"return n, last end)({a}, {b}, {c})"
        ),
        _starts,
        _limits,
        _steps,
    ),
    # The variable is a copy: assigning to it changes nothing; a closure keeps that of its round.
    st.builds(
        lambda a, b, c: (
            f"(function() local kept = {{}} for i = {a}, {b}, {c} do kept[#kept + 1] = function() return i end "
            "i = i + 10 if #kept > 3 then break end end local t = {} for n = 1, #kept do t[n] = kept[n]() end "
            "return table.unpack(t) end)()"
        ),
        _starts,
        _limits,
        _steps,
    ),
)
