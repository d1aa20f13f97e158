-- xpcall hands the error to its handler and gives what that gives.
print(xpcall(function() error("oops", 0) end, function(e) return "handled: " .. e end))
print(xpcall(function(...) return select("#", ...), ... end, print, 1, 2))
print(xpcall(function() error({ c = 1 }) end, function(e) return e.c, "second is dropped" end))
print(xpcall(function() local x = nil; return x.y end, function(e) return (e:gsub("^.-:%d+: ", "")) end))
