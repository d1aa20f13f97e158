-- Varargs: counting, selecting, passing on.
local function f(...)
  local a, b = ...
  return select("#", ...), a, b, ...
end
print(f())
print(f(1))
print(f(nil, nil))
print(f(1, 2, 3))
local function rest(first, ...) return ... end
print(rest(1, 2, 3), (rest(1, 2, 3)))
