-- The libraries and their kinds.
for _, name in ipairs { "string", "table", "math", "os", "coroutine", "errors" } do
  local lib = _G[name]
  if type(lib) ~= "table" then print(name, type(lib)) end
end
for _, name in ipairs { "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "print", "rawequal", "rawget",
  "rawset", "require", "select", "setmetatable", "tonumber", "tostring", "type", "unpack", "xpcall" } do
  if type(_G[name]) ~= "function" then print(name, type(_G[name])) end
end
print(type(_G), type(_VERSION))
