"""Hypothesis strategies for programs that work on one table: the sequence operations, other keys, traversal."""

from __future__ import annotations

from hypothesis import strategies as st

_values = st.one_of(st.integers(-9, 9).map(str), st.sampled_from(['"a"', '"b"', "1.5", "true", '""']))
_keys = st.sampled_from(['"x"', '"y"', '"z"', "-1", "0", "1.5", "true", "false", "2^53", '"1"'])
_position = st.one_of(
    st.integers(-1, 8).map(str), st.sampled_from(["#t", "#t + 1", "#t + 2", "1.0", "2.5", "nil", '"1"'])
)

# Each operation leaves 1..#t a proper sequence, for what lies beyond a border is nobody's promise.
_operation = st.one_of(
    _values.map(lambda v: f"table.insert(t, {v})"),
    st.builds(lambda p, v: f"table.insert(t, {p}, {v})", _position, _values),
    st.just("return table.remove(t)"),
    _position.filter(lambda p: p != "nil").map(lambda p: f"return table.remove(t, {p})"),
    _values.map(lambda v: f"t[#t + 1] = {v}"),
    _values.map(lambda v: f"if #t > 0 then t[#t // 2 + 1] = {v} end"),
    st.just("t[#t] = nil"),
    st.builds(lambda k, v: f"t[{k}] = {v}", _keys, _values),
    _keys.map(lambda k: f"t[{k}] = nil"),
    _keys.map(lambda k: f"return t[{k}]"),
    st.just("return #t"),
    st.just("return table.unpack(t)"),
    st.builds(lambda i, j: f"return table.unpack(t, {i}, {j})", st.integers(-2, 3), st.integers(-2, 9)),
    st.builds(lambda i, j: f'return table.concat(t, "-", {i}, {j})', st.integers(1, 3), st.integers(0, 6)),
    st.just('return table.concat(t, ",")'),
    st.builds(
        lambda f, e, to: f"local copy = table.move(t, {f}, {e}, {to}, {{}}) return copy[1], copy[2], copy[3], copy[4]",
        st.integers(1, 3),
        st.integers(0, 5),
        st.integers(1, 3),
    ),
    st.just("return entries(t)"),
    st.just("local n = 0 for i, v in ipairs(t) do n = n + i end return n"),
    st.just("for k, v in pairs(t) do if type(v) == 'number' then t[k] = v + 1 end end"),
    st.just("for k in pairs(t) do t[k] = nil end"),
    st.just("return next({}), next(t) ~= nil"),
    st.just("return select('#', table.unpack(t)), table.pack(table.unpack(t)).n"),
)

_ENTRIES = """
local function entries(t)
  local list, n = {}, 0
  for k, v in pairs(t) do
    n = n + 1
    list[n] = shown(k, v)
  end
  table.sort(list)
  return n, table.concat(list, ";")
end
"""


def _program(initial: list[str], operations: list[str]) -> str:
    steps = "\n".join(f"try({n}, function() {text} end)" for n, text in enumerate(operations))
    return (
        f"{_ENTRIES}\nlocal t = {{ {', '.join(initial)} }}\n{steps}\ntry('end', function() return #t, entries(t) end)"
    )


table_program = st.builds(_program, st.lists(_values, max_size=5), st.lists(_operation, min_size=1, max_size=15))

_comparators = ["nil", "function(a, b) return a > b end", "function(a, b) return a < b end"]
_same_kind = st.one_of(
    st.lists(st.one_of(st.integers(-50, 50).map(str), st.floats(-50, 50, allow_nan=False).map(repr)), max_size=30),
    st.lists(st.text("abAB1", max_size=4).map(lambda s: f'"{s}"'), max_size=30),
)
sorting = st.builds(
    lambda items, comparator: (
        f"(function() local t = {{ {', '.join(items)} }} table.sort(t, {comparator}) return table.unpack(t) end)()"
    ),
    # 1 and 1.0 or 0.0 and -0.0 are equal, so the order between them is open: one spelling each.
    _same_kind.map(lambda items: [item for item in dict.fromkeys(items) if item not in ("0.0", "-0.0")]).filter(
        lambda items: len({_value(item) for item in items}) == len(items)
    ),
    st.sampled_from(_comparators),
)


def _value(item: str) -> float | str:
    return item if item.startswith('"') else float(item)


constructor = st.lists(
    st.one_of(
        _values,
        st.builds(lambda k, v: f"[{k}] = {v}", _keys, _values),
        st.builds(lambda k, v: f"{k} = {v}", st.sampled_from(["x", "y", "name"]), _values),
        st.sampled_from(["(two())", "two()"]),
    ),
    max_size=8,
).map(lambda fields: f"{{ {', '.join(fields)} }}")
