-- A deep but plain pattern over a long subject neither crashes nor overflows.
local s = ("a"):rep(50000)
print(#s:match(".-b?$"), s:find("b"), #s:match("a*"), select(2, s:gsub("a-", "")))
