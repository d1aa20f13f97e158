-- What format refuses.
local function try(...)
  local args = table.pack(...)
  print(pcall(function() return string.format(table.unpack(args, 1, args.n)) end))
end
try("%d", 1.5)
try("%d", "x")
try("%d", {})
try("%y", 1)
try("%c", "a")
try("%f", {})
