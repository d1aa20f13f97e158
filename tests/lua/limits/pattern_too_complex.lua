-- A pattern that would take for ever or too deep ends with an error or an answer.
local s = ("a"):rep(40)
local ok, err = pcall(string.find, s, ("a-"):rep(40) .. "b")
print(type(ok))
print((pcall(string.find, "x", ("("):rep(40) .. "x" .. (")"):rep(40))))
