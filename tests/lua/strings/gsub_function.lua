-- gsub with a function: called with the captures; false and nil keep the match.
print(("hello"):gsub("l", function(c) return c:upper() end))
print(("1 2 3"):gsub("%d", function(d) if d ~= "2" then return tonumber(d) * 2 end end))
print(("k=v"):gsub("(%w)=(%w)", function(a, b) return b .. "=" .. a end))
local n = 0
print(("aaa"):gsub("a", function() n = n + 1 return n end))
print(("abc"):gsub("()", function(p) return p end))
