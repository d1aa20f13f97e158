-- Names that mean something to Python, to the compiled form of Lua or to the runtime are names like all others.
local hidden = {
  "__class__", "__dict__", "__globals__", "__builtins__", "__import__", "__code__", "__closure__", "__self__", "__func__",
  "__module__", "__name__", "__qualname__", "__defaults__", "__mro__", "__bases__", "__subclasses__", "__init__", "__doc__",
  "__getattribute__", "__reduce__", "__call__", "__wrapped__", "__weakref__", "__slots__", "f_back", "f_globals", "f_builtins",
  "gi_frame", "cr_frame", "tb_frame", "tb_next", "co_code", "func_globals", "args", "value", "frames", "cause", "array", "hash",
  "meta", "frozen", "keyed", "cursor", "body", "greenlet", "gr_frame", "parent", "owner", "throw", "switch", "matcher", "subject",
  "lua_methods", "lua_index", "lua_name", "lua_tostring", "resumer", "nursery", "outcome", "format", "encode", "join", "node",
}
local internal = {
  "E", "D", "index", "setindex", "tuple", "Table", "TAIL", "first", "many", "pack_", "settle", "adjust", "spread", "tail_call",
  "result_", "owner_", "exit_", "table_list", "table_fields", "table_mixed", "for_in", "for_range", "concat_all", "method",
  "type_scope", "Ellipsis", "eval", "exec", "compile", "open", "input", "globals", "locals", "vars", "getattr", "setattr", "dir",
  "object", "super", "breakpoint", "exit", "quit", "memoryview", "bytes", "str", "int", "list", "dict", "print_", "sys", "builtins",
  "io", "debug", "load", "loadstring", "loadfile", "dofile", "getfenv", "setfenv", "collectgarbage", "newproxy", "module", "_ENV",
}

-- Every kind of value that a program can hold without a node.
local values = {
  "text", rawequal, string.format, pcall, function() return 1 end, coroutine.create(type), coroutine.wrap(type),
  ("x"):gmatch("x"), ipairs({}), pairs({}), errors.new("e"), (select(2, pcall(error, "e"))), coroutine.running(),
  channel and channel.new(1), time and time.now(), time and time.now():add(time.SECOND), json and json.encode,
}
for position, value in pairs(values) do
  for _, name in ipairs(hidden) do
    local ok, found = pcall(function() return value[name] end)
    -- A library may have a function of the name; nothing else may be there.
    assert(not ok or found == nil or type(found) == "function", position .. " has " .. name)
    if type(value) == "function" then assert(not ok, "a function can be indexed: " .. name) end
    local set = pcall(function() value[name] = 1 end)
    assert(not set, position .. " lets set " .. name)
  end
end
print("attributes")

for _, name in ipairs(internal) do
  assert(_G[name] == nil, "global " .. name)
  assert(not pcall(require, name), "require " .. name)
end
for _, name in ipairs({ "os.path", "subprocess", "runtime", "runtime.lua.table", "stdlib.json", "gevent", "../secret", "", "\0" }) do
  assert(not pcall(require, name), "require " .. name)
end
assert(E == nil and index == nil and tuple == nil and TAIL == nil and D == nil and __builtins__ == nil and __import__ == nil)
print("names")

-- They can be defined, and then hold what was put there, while the operators that the runtime makes of them still work.
E, D, index, setindex, tuple, TAIL, first, many = 1, 2, 3, 4, 5, 6, 7, 8
Table, add, concat_all, for_in, type_scope, settle, adjust = 9, 10, 11, 12, 13, 14, 15
_G.E, _G.__builtins__, _G.__name__ = 1, {}, "x"
local class, def, lambda, None, True, import, is, from, with, yield, async, await, try, pass, del, raise = 1, 2, 3, 4, 5, 6, 7, 8,
  9, 10, 11, 12, 13, 14, 15, 16
local E, D, index, tuple, TAIL, result_, owner_, exit_, __class__, __debug__ = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local t = { class = class, def = def, None = None, __class__ = __class__, __debug__ = __debug__ }
t.lambda, t["import"] = lambda, import
local function several(...) return ... end
for k, v in pairs(t) do assert(t[k] == v) end
for i, v in ipairs({ several(1, 2, 3) }) do assert(i == v) end
assert(t.class + t.def .. "x" == "3x" and select("#", several(1, nil, 3)) == 3 and not (None == nil) and True == 5)
assert(is + from + with + yield + async + await + try + pass + del + raise == 115 - 0 and E + D + index + tuple + TAIL == 15)
assert(result_ + owner_ + exit_ + __class__ + __debug__ == 40)
local function defaults(self, cls, E, __builtins__, args, kwargs) return self, cls, E, __builtins__, args, kwargs end
assert(select("#", defaults(1, 2, 3, 4, 5, 6)) == 6)
print("definitions")

-- Replacing a global changes what the program sees, never what the runtime uses.
local originals = { type = type, tostring = tostring, next = next, pairs = pairs, string = string, rawget = rawget }
local assert, pcall, error, print = assert, pcall, error, print
for name in originals.pairs(originals) do _G[name] = function() error("called " .. name) end end
assert(("x"):upper() == "X" and #("abc") == 3 and "a" .. 1 == "a1" and ({ 1, 2 })[2] == 2)
for _ in originals.next, { 1 } do end
assert(("%s"):format({}):match("^table: ") and ("x"):rep(3) == "xxx")
for name, value in originals.pairs(originals) do _G[name] = value end
print("globals")

-- Library tables and the methods of strings stay as they are.
local meta = getmetatable("")
for number, attack in ipairs({
  function() string.upper = print end, function() rawset(string, "upper", print) end, function() table.insert(string, 1) end,
  function() table.move({ 1 }, 1, 1, 1, string) end, function() setmetatable(string, {}) end, function() table.sort(math) end,
  function() meta.__index = {} end, function() rawset(meta, "__index", {}) end, function() setmetatable(meta, {}) end,
  function() meta.__index.upper = print end, function() table.remove(string) end, function() errors.new = nil end,
  function() coroutine.create = nil end, function() rawset(coroutine, "x", 1) end, function() os.time = nil end,
  function() package.loadlib("x", "y") end, function() (channel or string).new = 1 end, function() math.pi = 3 end,
}) do
  assert(not pcall(attack), "attack " .. number)
end
for _, library in ipairs({ string, table, math, os, coroutine, errors, package }) do
  for name in pairs(library) do
    assert(not pcall(function() library[name] = nil end) and not pcall(rawset, library, name, 1))
  end
  assert(not getmetatable(library))
end
assert(("x"):upper() == "X" and getmetatable("").__index == string and getmetatable("").__name == nil)
print("libraries")

-- Metatables that only tables have, and methods with another self.
for _, value in pairs(values) do
  if type(value) ~= "string" then assert(getmetatable(value) == nil) end
  assert(not pcall(setmetatable, value, {}))
end
local e = errors.new("e")
for _, name in ipairs({ "kind", "message", "retryable", "details", "stack" }) do
  for _, wrong in pairs({ 1, "x", {}, print, coroutine.create(print), setmetatable({}, { __index = e }) }) do
    assert(not pcall(e[name], wrong), name)
  end
  assert(not pcall(e[name]))
end
for _, name in ipairs({ "resume", "status" }) do
  for _, wrong in pairs({ 1, "x", {}, print, e }) do assert(not pcall(coroutine[name], wrong)) end
end
print("self")

-- No text that a program can get shows Python.
local function clean(text)
  text = tostring(text)
  for _, trace in ipairs({ "%.py", "Traceback", "<", "object at", "runtime%.", "Python", "cython", "NoneType", "'str'", "tuple" }) do
    assert(not text:find(trace), text)
  end
end
for _, value in pairs(values) do
  clean(value)
  clean(("%s %q"):format(tostring(value), tostring(value)))
  for _, operation in ipairs({
    function() return value + 1 end, function() return -value end, function() return value & 1 end, function() return #value < 0 end,
    function() return value .. {} end, function() return value < {} end, function() return value() end, function() return value:x() end,
    function() return value.x.y end, function() value.x = 1 end, function() for _ in value do break end end,
    function() for i = value, 2 do break end end, function() return ({})[value].x end, function() return value[nil] end,
    function() return ("x"):rep(value) end, function() return ("%d"):format(value) end, function() return math.floor(value) end,
    function() return table.concat({ value, {} }) end, function() return next({}, value) end, function() return tonumber(value, value) end,
    function() return setmetatable({}, value) end, function() error(value) end, function() return value{ self = 1, args = 2 } end,
  }) do
    local _, message = pcall(operation)
    if type(message) ~= "function" and type(message) ~= "table" then clean(message) end
    local _, stack = xpcall(operation, function(m) return errors.new(tostring(m)):stack() end)
    clean(stack)
    local thread = coroutine.create(operation)
    clean(select(2, coroutine.resume(thread)))
  end
end
print("texts")

-- Lists of results are never values, wherever they pass.
local function none() end
local function three() return 1, 2, 3 end
local stored = { none(), three(), x = three(), [three()] = three(), three() }
assert(stored[1] == 1 or stored[2] == 1)
for _, value in pairs(stored) do assert(type(value) == "number", tostring(value)) end
local a = three() local b = none() local c = (three())
assert(type(a) == "number" and b == nil and c == 1 and type(three()) == "number")
assert(select("#", none()) == 0 and select("#", (none())) == 1 and select("#", pcall(none)) == 1 and select("#", pcall(three)) == 4)
assert(select("#", coroutine.wrap(none)()) == 0 and type(coroutine.wrap(three)()) == "number")
local mt = setmetatable({}, {
  __index = three, __add = three, __concat = three, __unm = three, __len = three, __call = three, __eq = three, __lt = three,
})
for _, value in ipairs({ mt.x, mt + 1, mt .. "x", -mt, #mt }) do assert(value == 1) end
assert(type(mt < mt) == "boolean" and select("#", mt()) == 3 and select("#", mt.x) == 1)
local tail = setmetatable({}, { __index = function() return three() end, __add = function() return three() end })
assert(tail.x == 1 and tail + 1 == 1 and select("#", tail.x) == 1)
assert(("abc"):gsub(".", function() return three() end) == "111" and #{ ("x"):gsub("x", three) } == 2)
for value in three do assert(value == 1) break end
for x, y, z, w in three do assert(x == 1 and y == 2 and z == 3 and w == nil) break end
local packed = table.pack(three(), none(), three())
for i = 1, packed.n do assert(type(packed[i]) == "number" or packed[i] == nil) end
local sorted = { 2, 1 } table.sort(sorted, function(x, y) return x < y, 2, 3 end)
assert(sorted[1] == 1)
local yielded = coroutine.wrap(function() local got = coroutine.yield(three()) assert(got == 1) return three() end)
assert(select("#", yielded()) == 3 and select("#", yielded(three())) == 3)
local text = tostring(setmetatable({}, { __tostring = function() return "s", 2, 3 end }))
assert(text == "s" and select("#", xpcall(error, three, 1)) == 2)
print("results")
