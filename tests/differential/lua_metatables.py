"""Hypothesis strategies for programs around objects whose metatables tell when a metamethod is called, and with what.

No handler uses an operator on what it is given, so that no program recurses.
"""

from __future__ import annotations

from hypothesis import strategies as st
from lua_expressions import ARITHMETIC, BITWISE, COMPARISONS

OBJECTS = ["a", "b", "c", "d"]
BINARY = ["add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"]
EVENTS = [*BINARY, "unm", "bnot", "len", "eq", "lt", "le", "call", "index", "newindex", "tostring"]

PRELUDE = r"""
local names = {}
local function label(v)
  if names[v] then return names[v] end
  return type(v) == "string" and show((string.gsub(v, "0x%x+", "0x"))) or show(v)
end
local function labels(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = label((select(i, ...))) end
  return table.concat(parts, " ")
end
local function told(name, ok, ...)
  if ok then print(name, "ok", labels(...)) else print(name, "error", names[(...)] or plain((...))) end
end
local function run(name, f, ...) told(name, pcall(f, ...)) end
local function callable(f) return setmetatable({}, { __call = function(_, ...) return f(...) end }) end
local a, b, c, d = { 1, 2, 3 }, { x = 1 }, {}, { 4, y = 2 }
names[a], names[b], names[c], names[d] = "a", "b", "c", "d"
"""

_objects = st.sampled_from(OBJECTS)
_keys = st.sampled_from(['"x"', '"y"', '"z"', "1", "2", "4", "1.5", "true", "b", "c"])
_operands = st.one_of(
    _objects,
    _objects,
    st.sampled_from(["1", "2.5", "-3", '"s"', '"x1"', "nil", "true", "print", "0", '""']),
)
_results = st.sampled_from(
    [
        "1",
        '"r"',
        "nil",
        "false",
        "true",
        "",
        "...",
        "1, 2, 3",
        "a",
        "select('#', ...)",
        "(select(2, ...))",
        "error('boom')",
        "error(b)",
        "error('plain', 0)",
        "error()",
    ]
)


def _handler(event: str, result: str, form: str) -> str:
    text = f'function(...) print("__{event}", labels(...)) return {result} end'
    return f"callable({text})" if form == "callable" else text


_function_fields = st.builds(
    lambda event, result, form: f"__{event} = {_handler(event, result, form)}",
    st.sampled_from(EVENTS),
    _results,
    st.sampled_from(["function", "function", "function", "callable"]),
).filter(lambda text: not text.startswith(("__index = callable", "__newindex = callable")))
_other_fields = st.one_of(
    st.builds(lambda event, to: f"__{event} = {to}", st.sampled_from(["index", "newindex"]), _objects),
    st.builds(lambda event, to: f"__{event} = {to}", st.sampled_from(["index", "newindex"]), _objects),
    st.builds(
        lambda event, to: f"__{event} = {to}",
        st.sampled_from(["index", "newindex", "add", "eq", "lt", "len", "call", "concat", "tostring", "unm"]),
        st.sampled_from(["5", "true", '"text"', "c", "nil"]),
    ),
    st.sampled_from(
        [
            '__name = "Thing"',
            "__name = 5",
            "__metatable = false",
            '__metatable = "locked"',
            "__metatable = c",
            '__pairs = function(t) print("__pairs", label(t)) return next, { 7 }, nil end',
            '__pairs = function(t) return function(_, k) if k < 3 then return k + 1, "v" end end, t, 0 end',
            "__pairs = error",
            '__mode = "k"',
        ]
    ),
)
_fields = st.lists(st.one_of(_function_fields, _function_fields, _other_fields), max_size=9)
_metatable = st.one_of(
    _fields.map(lambda fields: f"{{ {', '.join(fields)} }}"),
    _fields.map(lambda fields: f"{{ {', '.join(fields)} }}"),
    st.sampled_from(["getmetatable(a)", "getmetatable(b)", "c", "a", "nil"]),
)
_set_metatable = st.builds(lambda owner, meta: f"return setmetatable({owner}, {meta})", _objects, _metatable)

_binary_operators = [*ARITHMETIC, *BITWISE, "..", *COMPARISONS]
_operation = st.one_of(
    st.builds(
        lambda x, operator, y: f"return {x} {operator} {y}", _operands, st.sampled_from(_binary_operators), _operands
    ),
    st.builds(
        lambda x, operator, y: f"local x, y = {x}, {y} return x {operator} y",
        _operands,
        st.sampled_from(_binary_operators),
        _operands,
    ),
    st.builds(
        lambda x, operator, y: f"local x, y = {x}, {y} if x {operator} y then return 'yes' end return 'no'",
        _operands,
        st.sampled_from(COMPARISONS),
        _operands,
    ),
    st.builds(lambda x, y, z: f"return {x} .. {y} .. {z}", _operands, _operands, _operands),
    st.builds(lambda operator, x: f"return {operator} {x}", st.sampled_from(["-", "~", "#", "not"]), _objects),
    st.builds(lambda x, k: f"return {x}[{k}]", _objects, _keys),
    st.builds(lambda x, k: f"return {x}.{k}", _objects, st.sampled_from("xyz")),
    st.builds(lambda x, k, k2: f"return {x}.{k}.{k2}", _objects, st.sampled_from("xyz"), st.sampled_from("xyz")),
    st.builds(lambda x, k, v: f"{x}[{k}] = {v}", _objects, _keys, _operands),
    st.builds(lambda x, k, v: f"{x}.{k} = {v}", _objects, st.sampled_from("xyz"), _operands),
    st.builds(lambda x, k: f"{x}.{k} = {x}.{k} + 1", _objects, st.sampled_from("xyz")),
    st.builds(lambda x, args: f"return {x}({args})", _objects, st.sampled_from(["", "1, 2", "nil", "...", "a, b, c"])),
    st.builds(lambda x, k: f"return {x}:{k}(1)", _objects, st.sampled_from("xyz")),
    st.builds(
        lambda x: f"local n = 0 for k, v in {x} do n = n + 1 if n > 3 then break end print(labels(k, v)) end", _objects
    ),
    st.builds(lambda x: f"return tostring({x})", _objects),
    st.builds(lambda x: f"return getmetatable({x})", _operands),
    st.builds(lambda x: f"return string.format('%s|%5s', {x}, {x})", _objects),
    st.builds(lambda x, k: f"return rawget({x}, {k})", _operands, _keys),
    st.builds(lambda x, k, v: f"return rawset({x}, {k}, {v})", _operands, _keys, _operands),
    st.builds(lambda x, y: f"return rawequal({x}, {y})", _operands, _operands),
    st.builds(lambda x: f"for i, v in ipairs({x}) do print(i, labels(v)) if i > 4 then break end end", _objects),
    st.builds(
        lambda x: (
            f"local seen = {{}} for k, v in pairs({x}) do seen[#seen + 1] = labels(k, v) if #seen > 5 then break end "
            "end table.sort(seen) return table.unpack(seen)"
        ),
        _objects,
    ),
    st.builds(lambda x, y: f"for i = {x}, {y} do print(i) break end", _operands, _operands),
    st.builds(lambda x: f"return next({x}) ~= nil", st.sampled_from(["{}", "a", "d"])),
    st.builds(lambda x, y: f"return select({x}, 1, 2), #{y}", _operands, _operands),
    _set_metatable,
)
# Functions of the library that go through metamethods in 5.3.
_library = st.one_of(
    st.builds(lambda x: f"return table.unpack({x}, 1, 3)", _objects),
    st.builds(lambda x: f'return table.concat({x}, "-")', _objects),
    st.builds(lambda x, v: f"table.insert({x}, {v})", _objects, _operands),
    st.builds(lambda x, p, v: f"table.insert({x}, {p}, {v})", _objects, st.integers(1, 2), _operands),
    st.builds(lambda x: f"return table.remove({x})", _objects),
    st.builds(lambda x, p: f"return table.remove({x}, {p})", _objects, st.integers(1, 3)),
    # To another table it would ask `__eq` whether that is the same.
    st.builds(lambda x: f"return table.move({x}, 1, 2, 2)", _objects),
)


def _program(metatables: list[str], operations: list[str]) -> str:
    made = "\n".join(f"pcall(setmetatable, {name}, {meta})" for name, meta in zip(OBJECTS, metatables, strict=True))
    steps = "\n".join(f"run({n}, function(...) {text} end, 8, 9)" for n, text in enumerate(operations))
    return f"do {PRELUDE}{made}\n{steps}\nend"


metatable_program = st.builds(
    _program,
    st.lists(_metatable, min_size=4, max_size=4),
    st.lists(st.one_of(*[_operation] * 6, _library), min_size=1, max_size=15),
)
