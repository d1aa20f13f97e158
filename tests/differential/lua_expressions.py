"""Hypothesis strategies for Lua expressions: numbers, strings, patterns, formats."""

from __future__ import annotations

from hypothesis import strategies as st

INTEGERS = ["0", "1", "2", "3", "7", "10", "63", "64", "255", "65536", "2147483648", "9007199254740993"]
INTEGERS += ["9223372036854775807", "math.mininteger", "math.maxinteger", "0x7f", "0xffffffffffffffff", "123456789"]
FLOATS = ["0.0", "1.0", "2.0", "0.5", "1.5", "0.1", "3.25", "1e15", "1e16", "1e100", "1e308", "5e-324", "2^53", "2^63"]
FLOATS += ["(-0.0)", "1e18", "9007199254740993.0", "math.huge", "(0/0)", "1e-5", "123456.789", "0x1p-3"]
NUMERALS = [
    "10",
    " 7 ",
    "0x10",
    "1e2",
    "-3",
    "0.5",
    "5.",
    ".5",
    "0x.8p1",
    "1e",
    "",
    "abc",
    "0x",
    "1 2",
    "- 1",
    "+5",
    "1e+2",
]
NUMERALS += ["inf", "nan", "0x1p4", "1_0", "\\t9\\n", "00012", "--1", "1e400", "99", "0xffff"]

ARITHMETIC = ["+", "-", "*", "/", "//", "%", "^"]
BITWISE = ["&", "|", "~", "<<", ">>"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "~="]

numbers = st.one_of(
    st.sampled_from(INTEGERS),
    st.sampled_from(FLOATS),
    st.integers(-20, 20).map(str),
    st.integers(0, 2**63 - 1).map(str),
    st.floats(allow_nan=False, allow_infinity=False, min_value=0).map(repr),
)


def parenthesised(text: str) -> str:
    """Keep a negative number or an expression together."""
    return f"({text})"


def _combined(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.builds(
        lambda left, operator, right: f"({left} {operator} {right})",
        children,
        st.sampled_from(ARITHMETIC + BITWISE),
        children,
    )
    unary = st.builds(lambda operator, child: f"({operator} {child})", st.sampled_from(["-", "~"]), children)
    return st.one_of(binary, unary)


arithmetic = st.recursive(numbers.map(parenthesised), _combined, max_leaves=5)
# The same operators on variables, so that neither side can compute the result while it compiles.
variables = st.recursive(st.sampled_from(["a", "b", "c"]), _combined, max_leaves=4)
arithmetic_on_variables = st.builds(
    lambda body, a, b, c: f"(function(a, b, c) return {body} end)({a}, {b}, {c})", variables, numbers, numbers, numbers
)
comparison = st.builds(
    lambda left, operator, right: f"({left}) {operator} ({right})", numbers, st.sampled_from(COMPARISONS), numbers
)
math_call = st.one_of(
    st.builds(
        lambda name, x: f"math.{name}({x})",
        st.sampled_from(["floor", "ceil", "abs", "type", "tointeger", "sqrt", "exp", "modf"]),
        numbers,
    ),
    st.builds(
        lambda name, x, y: f"math.{name}({x}, {y})",
        st.sampled_from(["max", "min", "fmod", "ult", "log"]),
        numbers,
        numbers,
    ),
)


def quoted(text: str) -> str:
    """Write a latin-1 text as a Lua string literal, every byte as a decimal escape unless it is plain."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):03d}" for c in text) + '"'


# Numbers made of strings: only the value is compared, for 5.3 gives floats here and the manual integers.
string_arithmetic = st.builds(
    lambda left, operator, right: f'("{left}" {operator} {right}) + 0.0',
    st.sampled_from(NUMERALS),
    st.sampled_from(["+", "-", "*", "/", "^"]),
    st.sampled_from(["1", "2.5", '"3"', "10"]),
)
to_number = st.one_of(
    st.sampled_from(NUMERALS).map(lambda text: f'tonumber("{text}")'),
    st.text("0123456789abcdefx.- +eEpP", max_size=8).map(lambda text: f'tonumber("{text}")'),
    st.builds(
        lambda text, base: f'tonumber("{text}", {base})', st.text("0123456789abzZ- ", max_size=6), st.integers(2, 36)
    ),
)

bytes_text = st.text(st.characters(max_codepoint=255), max_size=12).map(quoted)
subject = st.text("aab1 .-()[]%x\n", max_size=14).map(quoted)
positions = st.one_of(
    st.integers(-8, 16).map(str), st.sampled_from(["math.maxinteger", "math.mininteger", "2.0", "1.5", "nil"])
)
concatenation = st.builds(
    lambda left, right: f"{left} .. {right}",
    st.one_of(bytes_text, st.integers().filter(lambda n: -(2**63) < n < 2**63).map(lambda n: f"({n})")),
    st.one_of(bytes_text, st.sampled_from(["1.5", "0.1", "1e100", "{}", "nil", "true"])),
)
string_comparison = st.builds(
    lambda left, operator, right: f"{left} {operator} {right}", bytes_text, st.sampled_from(COMPARISONS), bytes_text
)
string_call = st.one_of(
    st.builds(lambda s, i, j: f"string.sub({s}, {i}, {j})", bytes_text, positions, positions),
    st.builds(lambda s, i, j: f"string.byte({s}, {i}, {j})", bytes_text, positions, positions),
    st.builds(lambda s, n, sep: f"string.rep({s}, {n}, {sep})", bytes_text, st.integers(-2, 5), bytes_text),
    st.builds(
        lambda name, s: f"string.{name}({s})",
        st.sampled_from(["len", "reverse"]),
        st.one_of(bytes_text, st.sampled_from(["12", "1.5", "nil", "{}", "true"])),
    ),
    st.lists(st.integers(-2, 258), max_size=4).map(lambda codes: f"string.char({', '.join(map(str, codes))})"),
)

_CLASSES = [
    "%a",
    "%d",
    "%s",
    "%w",
    "%x",
    "%p",
    "%l",
    "%u",
    "%A",
    "%D",
    "%S",
    "%W",
    ".",
    "a",
    "b",
    "1",
    " ",
    "%.",
    "%%",
    "%(",
]
_SETS = ["[ab]", "[^a]", "[%d%s]", "[a-b1-3]", "[^%w]", "[]]", "[^]]", "[%]a]", "[-a]", "[a-]"]
_SPECIAL = ["%b()", "%f[%w]", "%f[^%w]", "()", "%1"]
_single = st.builds(
    lambda item, suffix: item + suffix,
    st.sampled_from(_CLASSES + _SETS),
    st.sampled_from(["", "", "", "*", "+", "-", "?"]),
)
_piece = st.one_of(_single, _single, st.sampled_from(_SPECIAL))
_group = st.lists(_piece, max_size=3).map(lambda pieces: f"({''.join(pieces)})")
well_formed = st.builds(
    lambda start, pieces, end: start + "".join(pieces) + end,
    st.sampled_from(["", "", "^"]),
    st.lists(st.one_of(_piece, _group), max_size=5),
    st.sampled_from(["", "", "$"]),
)
pattern = well_formed.map(quoted)
any_pattern = st.text("ab1%[]()^$.*+-?fd", max_size=7).map(quoted)
replacement = st.one_of(
    st.text("ab%012", max_size=5).map(quoted),
    st.sampled_from(['{a = "X", b = false, [1] = 2}', "function(...) return ... end", "function() end", "string.len"]),
)
pattern_call = st.one_of(
    st.builds(lambda s, p, i: f"string.find({s}, {p}, {i})", subject, pattern, st.integers(-5, 16)),
    st.builds(lambda s, p: f"string.find({s}, {p}, 1, true)", subject, pattern),
    st.builds(lambda s, p, i: f"string.match({s}, {p}, {i})", subject, pattern, st.integers(-5, 16)),
    st.builds(lambda s, p, r: f"string.gsub({s}, {p}, {r})", subject, pattern, replacement),
    st.builds(lambda s, p, r, n: f"string.gsub({s}, {p}, {r}, {n})", subject, pattern, replacement, st.integers(1, 4)),
    st.builds(
        lambda s, p: (
            f"(function() local out = {{}} for a, b in string.gmatch({s}, {p}) do "
            f"out[#out + 1] = tostring(a) .. '/' .. tostring(b) end return table.concat(out, ' ') end)()"
        ),
        subject,
        pattern,
    ),
)

any_pattern_call = st.one_of(
    st.builds(lambda s, p: f"string.find({s}, {p})", subject, any_pattern),
    st.builds(lambda s, p: f"string.gsub({s}, {p}, 'x')", subject, any_pattern),
)

_flags = st.lists(st.sampled_from("-+ #0"), unique=True, max_size=3).map("".join)
_width = st.one_of(st.just(""), st.integers(0, 20).map(str))
_precision = st.one_of(st.just(""), st.integers(0, 15).map(lambda n: f".{n}"))
format_number = st.builds(
    lambda flags, width, precision, verb, value: f'string.format("[%{flags}{width}{precision}{verb}]", {value})',
    _flags.map(lambda flags: flags.replace("0", "")),
    _width.filter(lambda width: not width.startswith("0")),
    _precision,
    st.sampled_from("dixXoeEfgGaA"),
    # The sign of not-a-number is the platform's affair.
    numbers.filter(lambda number: number != "(0/0)"),
)
format_text = st.builds(
    lambda minus, width, precision, value: f'string.format("[%{minus}{width}{precision}s]", {value})',
    st.sampled_from(["", "-"]),
    _width.filter(lambda width: not width.startswith("0")),
    _precision,
    st.one_of(st.text("abc 1", max_size=10).map(quoted), st.sampled_from(["true", "nil", "12", "1.5"])),
)
# Ours reads back for infinity too, which 5.3 writes as a name.
_finite = numbers.filter(lambda number: number not in ("math.huge", "(0/0)"))
format_quoted = st.one_of(bytes_text, _finite).map(lambda value: f'string.format("%q", {value})')
