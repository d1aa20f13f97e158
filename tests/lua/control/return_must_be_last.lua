-- return ends its block.
local function f()
  return 1
  print("x")
end
