"""Hypothesis strategies for errors: operators on wrong operands, with the names that messages give them, and library
functions on wrong arguments.
"""

from __future__ import annotations

from hypothesis import strategies as st
from lua_expressions import ARITHMETIC, BITWISE

# `faulty` prints the whole message, names of variables included, without the name of the chunk.
NAMES_PRELUDE = r"""
local function whole(message)
  if type(message) ~= "string" then return show(message) end
  return (string.gsub(string.gsub(message, "^[%w()]+:", "", 1), "0x%x+", "0x"))
end
local function faulty(name, f, ...)
  local ok, message = pcall(f, ...)
  print(name, ok, ok and show(message) or whole(message))
end
local up, upt = nil, { name = nil, f = 5, t = {}, s = "s", b = true }
glob, globt = nil, { name = nil, f = 5, t = {}, s = "s" }
"""

_names = st.sampled_from(["loc", "loct", "up", "upt", "glob", "globt", "arg"])
_fields = st.sampled_from(["name", "f", "t", "s", "nothing"])
_paths = st.one_of(
    _names,
    st.builds(lambda n, f: f"{n}.{f}", st.sampled_from(["loct", "upt", "globt"]), _fields),
    st.builds(lambda n, f: f"{n}.t.{f}", st.sampled_from(["loct", "upt", "globt"]), _fields),
    st.sampled_from(["loct[1]", "upt[key]", "loct.t[key]", 'globt["f"]', "(loc)", "(nil)", "({})", "(5)", "(1.5)"]),
)
# What may begin a statement.
_places = _paths.filter(lambda path: path[0] != "(")
_operands = st.one_of(_paths, st.sampled_from(["1", "2.5", '"s"', '"x1"', "true", "{}", "f"]))
_statement = st.one_of(
    st.builds(lambda x, f: f"return {x}.{f}", _paths, _fields),
    st.builds(lambda x, f: f"return {x}.{f}.deep", _paths, _fields),
    st.builds(lambda x: f"return {x}[1][2]", _paths),
    st.builds(lambda x: f"return {x}[key].x", _paths),
    st.builds(lambda x, f, v: f"{x}.{f} = {v}", _places, _fields, _operands),
    st.builds(lambda x, v: f"{x}[nil] = {v}", _places, _operands),
    st.builds(lambda x, f: f"return ({x})()", _paths, _fields),
    st.builds(lambda x: f"return {x}(1)", _names),
    st.builds(lambda x: f"{x}(1)", _places),
    st.builds(lambda x: f"local r = {x}(1) return r", _places),
    st.builds(lambda x, f: f"{x}:{f}()", _places, _fields),
    st.builds(lambda x, f: f"local r = {x}:{f}(1, 2) return r", _paths, _fields),
    st.builds(
        lambda x, operator, y: f"return {x} {operator} {y}",
        _operands,
        st.sampled_from([*ARITHMETIC, *BITWISE, "..", "<", "<=", ">", ">="]),
        _operands,
    ),
    st.builds(lambda x, y, z: f"return {x} .. {y} .. {z}", _operands, _operands, _operands),
    st.builds(lambda x, y: f"local r = 1 + {x} * {y} return r", _operands, _operands),
    st.builds(lambda x, y: f"if {x} < {y} then return 1 end return 2", _operands, _operands),
    st.builds(lambda operator, x: f"return {operator}{x}", st.sampled_from(["-", "~", "#"]), _paths),
    st.builds(lambda x: f"for i = 1, {x} do break end", _operands),
    st.builds(lambda x, y: f"for i = {x}, 1, {y} do break end", _operands, _operands),
    st.builds(lambda x: f"error({x})", _operands),
    st.builds(lambda x, level: f"error({x}, {level})", st.sampled_from(['"e"', "5", "nil"]), st.integers(0, 3)),
    # A message that is a string gets a position in 5.3, and goes unchanged here.
    st.builds(lambda x: f"assert({x}, {{}})", _operands),
    st.builds(lambda x, y: f"return setmetatable({x}, {y})", _operands, _operands),
)


def _program(statements: list[str]) -> str:
    steps = "\n".join(
        f"faulty({n}, function(arg, key) local loc, loct, f = nil, {{ name = nil, f = 5, t = {{}} }}, print\n"
        f"{text}\nend, nil, 'key')"
        for n, text in enumerate(statements)
    )
    return f"{NAMES_PRELUDE}{steps}"


fault_program = st.builds(_program, st.lists(_statement, min_size=1, max_size=20))

# --- functions of the library on all kinds of arguments --------------------------------------------

_FUNCTIONS = [
    "table.insert",
    "table.pack",
    "table.remove",
    "math.abs",
    "math.ceil",
    "math.floor",
    "math.modf",
    "math.sqrt",
    "math.tointeger",
    "math.type",
    "math.ult",
    "select",
    "rawequal",
    "rawget",
    "rawset",
    "tonumber",
    "type",
    "getmetatable",
    "setmetatable",
    "coroutine.create",
    "coroutine.resume",
    "coroutine.status",
    "coroutine.wrap",
]
_STRING_FUNCTIONS = [
    "string.byte",
    "string.char",
    "string.find",
    "string.format",
    "string.gmatch",
    "string.gsub",
    "string.len",
    "string.match",
    "string.rep",
    "string.reverse",
    "string.sub",
]
_TABLES = ["{}", "{ 1, 2 }", '{ "a", "b" }', "list", "{ 1, {}, 3 }"]
_NUMERIC = ["1", "2", "0", "-1", "1.5", '"2"', "math.mininteger"]
_WHOLE = ["3.0", "2^53", "2^63", "math.huge", "-math.huge"]
_TEXTS = ['"s"', '"abc"', '"%d"', '"%s"', '""', '"%5.2f|"', '"(.)"']
_OTHERS = ["nil", "true", "print", "co"]
_arguments = st.sampled_from(_TABLES + _NUMERIC + _WHOLE + _TEXTS + _OTHERS)
_rest = st.lists(_arguments, max_size=3)


def _calls(functions: list[str], first: list[str]) -> st.SearchStrategy[str]:
    """Draw calls whose first argument is from a list, or that have none."""
    return st.builds(
        lambda function, one, rest: f"{function}({', '.join([*one, *(rest if one else [])])})",
        st.sampled_from(functions),
        st.lists(st.sampled_from(first), max_size=1),
        _rest,
    )


library_call = st.one_of(
    _calls(_FUNCTIONS, _TABLES + _NUMERIC + _WHOLE + _TEXTS + _OTHERS),
    # A whole float as text is another one in 5.3; it is fine where a position is wanted.
    _calls(_STRING_FUNCTIONS, _TABLES + _NUMERIC + _TEXTS + _OTHERS),
    st.builds(
        lambda table, separator, rest: f"table.concat({', '.join([table, separator, *rest])})",
        st.sampled_from(_TABLES),
        st.sampled_from(_TABLES + _NUMERIC + _TEXTS + _OTHERS),
        # 5.3 cuts a large index down when it tells of it.
        st.lists(st.sampled_from([*_TABLES, *_TEXTS, *_OTHERS, "1", "2", "0", "-1", "1.5", '"2"', "3.0"]), max_size=3),
    ),
    # These take anything as a table until they touch it in 5.3, and check at once here.
    st.builds(
        lambda function, table, rest: f"{function}({', '.join([table, *rest])})",
        st.sampled_from(["table.unpack", "table.move", "ipairs", "pairs"]),
        st.sampled_from(_TABLES),
        _rest,
    ),
    st.builds(lambda x, y: f"math.fmod({x}, {y})", st.sampled_from(_NUMERIC + _WHOLE), _arguments),
)


def _library_program(calls: list[str]) -> str:
    steps = "\n".join(f"try({n}, function() return {text} end)" for n, text in enumerate(calls))
    return f'local list, co = {{ 1, 2, "x" }}, coroutine.create(function() end)\n{steps}'


library_program = st.builds(_library_program, st.lists(library_call, min_size=1, max_size=20))
