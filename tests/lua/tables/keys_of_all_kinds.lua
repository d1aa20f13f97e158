-- Any value but nil and not-a-number is a key, and types are told apart.
local key = {}
local t = { [key] = "table", [print] = "function", [true] = "yes", [false] = "no", ["1"] = "text", [1] = "number" }
print(t[key], t[print], t[true], t[false], t["1"], t[1], t[{}])
t[1] = nil
print(t[1], t[true], t["1"])
