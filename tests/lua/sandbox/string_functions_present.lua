-- The string library is complete.
for _, name in ipairs { "byte", "char", "dump", "find", "format", "gmatch", "gfind", "gsub", "len", "lower", "match", "pack",
  "packsize", "rep", "reverse", "sub", "unpack", "upper" } do
  if type(string[name]) ~= "function" then print("absent: " .. name) end
end
print("checked")
