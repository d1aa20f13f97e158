"""Hypothesis strategies for the order and number of evaluations: expressions in which every part tells that it is used,
lists that are cut and filled up, closures within closures that share variables.
"""

from __future__ import annotations

from hypothesis import strategies as st

PRELUDE = r"""
local trace = {}
local function e(n, ...) trace[#trace + 1] = n return ... end
local function traced(name, f, ...)
  trace = {}
  local results = table.pack(pcall(f, ...))
  local ok = results[1]
  print(name, ok, ok and shown(table.unpack(results, 2, results.n)) or plain(results[2]), table.concat(trace, ","))
end
local object = setmetatable({ n = 0, list = { 1, 2, 3 } }, {
  __index = function(t, k) e("get " .. show(k)) return nil end,
  __newindex = function(t, k, v) e("set " .. show(k)) rawset(t, k, v) end,
  __call = function(self, ...) e("call") return ... end,
  __add = function(a, b) e("add") return 1 end,
  __concat = function(a, b) e("concat") return "c" end,
  __lt = function(a, b) e("lt") return true end,
  __eq = function(a, b) e("eq") return true end,
})
function object:method(...) e("method") return ... end
function object.field(...) e("field") return select("#", ...) end
"""

_leaves = st.sampled_from(["1", "2", "nil", "false", "true", '"s"', "object", "0.5", "10", "3"])


def _marked(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda n, text: f"e({n}, {text})", st.integers(1, 99), texts)


def _grown(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    few = st.lists(children, max_size=3).map(", ".join)
    return st.one_of(
        st.builds(
            lambda x, operator, y: f"({x} {operator} {y})",
            children,
            st.sampled_from(["+", "*", "//", "..", "and", "or", "==", "~=", "<", "and", "or"]),
            children,
        ),
        st.builds(lambda x, y, z: f"({x} and {y} or {z})", children, children, children),
        st.builds(lambda x: f"(not {x})", children),
        st.builds(lambda n, values: f"e({n}, {values or 'nil'})", st.integers(1, 99), few),
        st.builds(lambda n, values: f"(e({n}, {values or 'nil'}))", st.integers(1, 99), few),
        st.builds(lambda values: f"select('#', {values or 'nil'})", few),
        st.builds(
            lambda values: f"#{{ {values} }}", st.lists(st.sampled_from(["1", "e(1, 2)", "e(5, 6, 7)"])).map(", ".join)
        ),
        st.builds(lambda values: f"object:method({values})", few),
        st.builds(lambda values: f"object.field({values})", few),
        st.builds(lambda values: f"object({values})", few),
        st.builds(lambda k: f"object[{k}]", children.filter(lambda text: text != "nil")),
        st.builds(lambda values: f"({{ {values} }})[2]", few),
        st.builds(lambda k, v: f"({{ [{k} or 1] = {v}, x = {v} }}).x", children, children),
        st.builds(lambda values: f"(function(...) return e(0, ...) end)({values})", few),
        st.builds(lambda values: f"(function(a, b) return b, a end)({values})", few),
        st.builds(lambda values: f"(function(...) local a, b = ... return a, b, ... end)({values})", few),
        st.builds(lambda values: f"table.pack({values}).n", few),
        st.builds(lambda values: f"(select(-1, {values or '1'}))", few),
        st.just("..."),
        st.just("(...)"),
    )


expression = st.recursive(st.one_of(_leaves, _marked(_leaves), _marked(_leaves)), _grown, max_leaves=9)
_lists = st.lists(expression, min_size=1, max_size=4).map(", ".join)
_statement = st.one_of(
    _lists.map(lambda values: f"return {values}"),
    _lists.map(lambda values: f"local a, b, c = {values} return a, b, c"),
    _lists.map(lambda values: f"local a, b a, b = {values} return b, a"),
    _lists.map(lambda values: f"local t = {{ {values} }} return t[1], t[2], t[3], t[4]"),
    _lists.map(lambda values: f"local t = {{ n = 1, {values}, m = e(7) }} return t[1], t[2], t.n"),
    _lists.map(lambda values: f"local a, b = 1, 2 a, b = b, a, {values} return a, b"),
    expression.map(lambda value: f"object.n = {value} return object.n"),
    expression.map(lambda value: f"if {value} then e('yes') else e('no') end"),
    expression.map(lambda value: f"local n = 0 while {value} do n = n + 1 if n > 2 then break end end return n"),
    expression.map(lambda value: f"local n = 0 repeat local done = {value} n = n + 1 until done or n > 2 return n"),
    st.builds(lambda x, y: f"local r = {x} if r then return {y} end return 'no'", expression, expression),
    st.builds(
        lambda x, y: f"for i = 1, 2 do if {x} then goto continue end e(i, {y}) ::continue:: end", *[expression] * 2
    ),
)


def _program(statements: list[str]) -> str:
    steps = "\n".join(f"traced({n}, function(...) {text} end, 7, nil, 9)" for n, text in enumerate(statements))
    return f"do {PRELUDE}{steps}\nend"


evaluation_program = st.builds(_program, st.lists(_statement, min_size=1, max_size=12))

# --- closures within closures ---------------------------------------------------------------------

_VARIABLES = ["x", "y", "z"]
_variables = st.sampled_from(_VARIABLES)
_simple = st.one_of(
    st.builds(lambda v, w, n: f"{v} = {w} + {n}", _variables, _variables, st.integers(-2, 5)),
    st.builds(lambda v, n: f"local {v} = {n}", _variables, st.integers(0, 9)),
    st.builds(lambda v, w: f"local {v} = {w}", _variables, _variables),
    st.builds(lambda v, w: f"{v}, {w} = {w}, {v}", _variables, _variables).filter(lambda s: s[0] != s[3]),
    st.just("print(x, y, z)"),
    st.just("print('last', use(#kept))"),
    st.just("print('first', use(1))"),
    st.just("do return x, y end"),
)


def _nested(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(children, min_size=1, max_size=4).map("\n".join)
    return st.one_of(
        st.builds(
            lambda p, body: f"kept[#kept + 1] = function({p})\n{body}\nend",
            st.sampled_from(["", "x", "y, ...", "..."]),
            block,
        ),
        st.builds(
            lambda v, body: f"local function {v}_f(n)\n{body}\nreturn {v} end print('called', {v}_f(1))",
            _variables,
            block,
        ),
        st.builds(
            lambda v, body: (
                f"do local depth = 0 local function again(x) depth = depth + 1 if depth < 4 then {v} = again({v}) end\n"
                f"do {body}\nend return depth end print('again', again(x)) end"
            ),
            _variables,
            block,
        ),
        st.builds(lambda v, body: f"for {v} = 1, 2 do\n{body}\nend", _variables, block),
        st.builds(
            lambda v, w, body: f"for {v}, {w} in ipairs({{ 5, 6 }}) do\n{body}\nend", st.just("x"), st.just("y"), block
        ),
        st.builds(lambda body: f"do local i = 0 while i < 2 do i = i + 1 local z = i\n{body}\nend end", block),
        st.builds(
            lambda v, body: f"do local i = 0 repeat i = i + 1 local {v} = i\n{body}\nuntil i > {v} or i == 2 end",
            _variables,
            block,
        ),
        st.builds(
            lambda body: (
                f"do local i = 0 ::top:: local y = i kept[#kept + 1] = function() y = y + 1 return y end\n"
                f"do {body}\nend i = i + 1 if i < 3 then goto top end end"
            ),
            block,
        ),
        block.map(lambda body: f"do\n{body}\nend"),
        block.map(lambda body: f"print(pcall(function(...)\n{body}\nend, 3, 4))"),
    )


_blocks = st.lists(st.recursive(_simple, _nested, max_leaves=8), min_size=1, max_size=6).map("\n".join)
closure_program = _blocks.map(
    lambda body: (
        f"""do
local kept, uses = {{}}, 0
local function use(i)
  uses = uses + 1
  if kept[i] and uses < 25 then return kept[i](i) end
end
local x, y, z = 1, 2, 3
print(pcall(function(...)
{body}
end))
for i = 1, #kept do if i < 12 then try(i, kept[i], i, i) end end
print(x, y, z)
end"""
    )
)
