-- A type statement may stand in a block.
local function f()
  type Local = { n: number }
  local v: Local = { n = 3 }
  return v.n
end
do type Inner = string local s: Inner = "inner" print(s) end
print(f())
