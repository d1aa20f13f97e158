-- Level 3 blames the caller's caller.
local function inner() error("deep", 3) end
local function middle()
  inner()
  return 1
end
print(pcall(function()
  local _ = 1

  middle()
  return 2
end))
