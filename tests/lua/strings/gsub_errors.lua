-- What gsub refuses.
local function try(...)
  local args = table.pack(...)
  print(pcall(function() return string.gsub(table.unpack(args, 1, args.n)) end))
end
print(select(2, pcall(string.gsub, "abc", "b", true)):match("string/function/table expected"))
try("abc", "(b)", "%2")
try("abc", "b", function() return {} end)
try("abc", "b", "%x")
try("abc", "b", { b = true })
