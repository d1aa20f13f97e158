-- A function inside another that hands on its results: how many there are is known of neither.
local function f(n)
  local function h() return f(n - 1) end
  if n > 0 then
    local first = h()
    return first, select("#", h())
  end
  return 1, 2, 3
end
print(f(0))
print(f(1))
print(f(2))
local function g(n)
  local function h() return g(n - 1) end
  if n > 0 then return h() end
  return 1, 2
end
local x = g(3)
print(x, g(3))
