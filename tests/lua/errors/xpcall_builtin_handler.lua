-- A builtin may be the handler.
print(xpcall(function() error("text", 0) end, string.upper))
print(xpcall(function() error(nil) end, type))
