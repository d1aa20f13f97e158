-- The table library is complete.
for _, name in ipairs { "concat", "create", "freeze", "getn", "insert", "isfrozen", "maxn", "move", "pack", "remove", "sort",
  "unpack" } do
  if type(table[name]) ~= "function" then print("absent: " .. name) end
end
print(table.foreach, table.foreachi)
