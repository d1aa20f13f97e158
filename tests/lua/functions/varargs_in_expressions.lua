-- Varargs spread only at the end of a list.
local function f(...)
  local t = { ..., "end" }
  local u = { "start", ... }
  return #t, #u, (...), ... == nil, -(...)
end
print(f(4, 5, 6))
print((function(...) return ... + 1 end)(10, 20))
print((function(...) return ... .. "x" end)("a", "b"))
