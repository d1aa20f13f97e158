-- Strings have methods, also on literals and results, and numbers have none.
local s = "abc"
print(s:upper(), ("x"):rep(2), s:upper():lower():len(), ("%d"):format(7))
print(s.len == string.len, s.nothing)
print(pcall(function() return s:nothing() end))
print(pcall(function() local n = 5 return n:upper() end))
