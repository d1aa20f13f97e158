-- Functions that give one value on every path, and some that only seem to.
local function one(x) if x then return 1 else return x end end
local function falls_off(x) if x then return 1 end end
local function two(x) if x then return 1, 2 end return 3 end
local function passes(...) return ... end
local function calls_one(x) return one(x) end
local function calls_two(x) return two(x) end
local function loops(n) if n == 0 then return "end" end return loops(n - 1) end
local function in_do() do return 5 end end
local function with_label() goto out do return 1 end ::out:: end
print(one(1), one(nil), select("#", one(nil)))
print(select("#", falls_off(nil)), falls_off(nil), (falls_off(nil)))
print(select("#", two(1)), two(1))
print(select("#", passes()), passes(), (passes()))
print(calls_one(1), select("#", calls_two(1)), (calls_two(1)))
print(loops(3), in_do(), select("#", with_label()), with_label())
local t = { one(1), two(1), falls_off(nil), two(1) }
print(#t, t[1], t[2], t[3], t[4], t[5])
local function changed() return 1 end
changed = function() return 1, 2 end
print(changed())
print((changed()) + 1)
local function nothing() return one end
print(type(nothing()), nothing()(7))
