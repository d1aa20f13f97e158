-- The first true branch runs; only nil and false are false.
local function kind(n)
  if n < 0 then return "negative" elseif n == 0 then return "zero" elseif n < 10 then return "small" else return "large" end
end
print(kind(-1), kind(0), kind(5), kind(50))
if 0 then print("0 is true") end
if "" then print("empty string is true") end
if nil then print("never") elseif false then print("never") else print("nil and false are false") end
