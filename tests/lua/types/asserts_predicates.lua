-- Return types that assert.
local function check(x: any): asserts x if not x then error("falsy", 0) end end
local function check_string(x: any): asserts x is string
  if type(x) ~= "string" then error("no string", 0) end
end
print(pcall(check, 1), pcall(check, nil))
print(pcall(check_string, 1))
