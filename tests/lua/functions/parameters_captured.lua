-- Parameters are captured like locals, and each call has its own.
local function make(x, ...)
  local rest = { ... }
  return function() x = x .. "!" return x, #rest end
end
local a, b = make("a", 1, 2), make("b")
print(a())
print(a())
print(b())
