-- What gsub refuses.
local function try(...)
  local args = table.pack(...)
  print(pcall(function() return string.gsub(table.unpack(args, 1, args.n)) end))
end
try("abc", "b", true)
try("abc", "(b)", "%2")
try("abc", "b", function() return {} end)
try("abc", "b", "%x")
try("abc", "b", { b = true })
