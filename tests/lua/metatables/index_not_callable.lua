-- __index and __newindex that are neither functions nor tables: they are indexed in turn, which fails without a name.
local function try(meta)
  local t = setmetatable({}, meta)
  print(select(2, pcall(function() return t.x end)))
  print(select(2, pcall(function() t.x = 1 end)))
end
try({ __index = 5, __newindex = 5 })
try({ __index = true, __newindex = false })
try({ __index = 1.5, __newindex = "text" })
print(setmetatable({}, { __index = "text" }).upper == string.upper)
