"""Hypothesis strategies for work on strings: several steps on one subject, and binary formats."""

from __future__ import annotations

from hypothesis import strategies as st
from lua_expressions import bytes_text, pattern, quoted

_subject = st.text("ab1 .,-()x=\n", max_size=24).map(quoted)
_small = st.integers(-6, 12)
_capturing = st.sampled_from(
    [
        "(%a+)=(%w*)",
        "()(%w+)()",
        "((%a)(%d?))",
        "^%s*(.-)%s*$",
        "(%a)%1",
        "[^,]*",
        "([^,]*),?",
        "%f[%w]%w+",
        "%b()",
        "(.)(.)",
        "%-?%d+%.?%d*",
        "",
        "^",
        "$",
        "a-b",
        ".-()",
        "(a*(.)%w(%s*))",
    ]
).map(lambda text: f'"{text}"')
_patterns = st.one_of(pattern, _capturing, _capturing)
_replacements = st.one_of(
    st.sampled_from(['"<%0>"', '"%1"', '"%1%1"', '"%%"', '""', '"x"']),
    st.sampled_from(
        [
            '{ a = "A", ab = 1, ["1"] = 2.5, [1] = "one" }',
            "setmetatable({}, { __index = function(_, k) return '<' .. tostring(k) .. '>' end })",
            "function(a, b) return b end",
            "function(a) return #tostring(a) end",
            "function(...) return select('#', ...) end",
            "function(a) if a == 'a' then return false end return 'z' end",
            "function(a) error('in callback ' .. tostring(a), 0) end",
            "function() return {} end",
            "string.upper",
        ]
    ),
)
_collected = (
    "(function() local out = {{}} for a, b, c in {source} do out[#out + 1] = show(a) .. show(b) .. show(c) "
    "if #out > 30 then break end end return #out, table.concat(out, ' ') end)()"
)

string_work = st.one_of(
    st.builds(lambda s, p, i: f"({s}):find({p}, {i})", _subject, _patterns, _small),
    st.builds(lambda s, p, i: f"({s}):find({p}, {i}, true)", _subject, _patterns, _small),
    st.builds(lambda s, p, i: f"({s}):match({p}, {i})", _subject, _patterns, _small),
    st.builds(lambda s, p, r: f"({s}):gsub({p}, {r})", _subject, _patterns, _replacements),
    st.builds(lambda s, p, r, n: f"({s}):gsub({p}, {r}, {n})", _subject, _patterns, _replacements, st.integers(-1, 3)),
    st.builds(lambda s, p: _collected.format(source=f"({s}):gmatch({p})"), _subject, _patterns),
    st.builds(lambda s, i, j: f"({s}):sub({i}, {j}):byte(1, -1)", bytes_text, _small, _small),
    st.builds(lambda s, n: f"#({s}):rep({n}), ({s}):rep({n}, ','):sub(-9)", bytes_text, st.integers(-1, 6)),
    st.builds(lambda s, t: f"({s} .. {t}):reverse():len(), {s} < {t}, {s} <= {t}", bytes_text, bytes_text),
    st.builds(
        lambda s, n, x: (
            f"string.format('%s|%-8s|%.3s|%5d|%x|%g|%q|%c|%i|%%', {s}, {s}, {s}, {n}, {n}, {x}, {s}, 65, {n})"
        ),
        _subject,
        st.integers(0, 2**40),
        st.sampled_from(["0.1", "1e100", "2^53", "-1.5", "3"]),
    ),
    st.builds(lambda s: f"tostring({s}) == {s}, tonumber({s}), #{s}", st.one_of(_subject, bytes_text)),
)

# --- string.pack -----------------------------------------------------------------------------------

_item = st.one_of(
    st.builds(
        lambda verb, size: f"{verb}{size}", st.sampled_from("iI"), st.sampled_from(["", "1", "2", "3", "4", "8"])
    ),
    st.sampled_from(
        ["b", "B", "h", "H", "l", "L", "j", "J", "T", "f", "d", "n", "z", "s", "s1", "s2", "x", "c5", "Xi4"]
    ),
)
_order = st.sampled_from(["", "<", ">", "=", "!", "!2", "<!4", ">!8", " "])
_format = st.lists(st.builds(lambda order, item: order + item, _order, _item), min_size=1, max_size=4).map(" ".join)
_packed = st.one_of(
    st.integers(-300, 300).map(str),
    st.sampled_from(
        ["0.5", "-3.75", '"abc"', '""', "math.maxinteger", "math.mininteger", "1 << 31", '"12"', "70000", "nil"]
    ),
)
packing = st.one_of(
    st.builds(
        lambda form, values: f"string.pack({quoted(form)}, {', '.join(values)})",
        _format,
        st.lists(_packed, min_size=4, max_size=4),
    ),
    _format.map(lambda form: f"string.packsize({quoted(form)})"),
    st.builds(
        lambda form, data, start: f"string.unpack({quoted(form)}, {data}, {start})",
        _format,
        st.text(st.characters(max_codepoint=255), max_size=30).map(quoted),
        st.integers(-3, 6),
    ),
)
