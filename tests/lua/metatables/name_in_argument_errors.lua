-- __name stands for the type in messages about arguments too.
local thing = setmetatable({}, { __name = "Thing" })
print(pcall(string.rep, thing, 2))
print(pcall(select, thing))
print(pcall(math.floor, setmetatable({}, { __name = 5 })))
