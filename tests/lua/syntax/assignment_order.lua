-- Owner and key of a target are evaluated before the value.
local log = {}
local function note(name, value) log[#log + 1] = name return value end
local t = {}
t[note("key", 1)] = note("value", "a")
local list = {}
local function append() list[#list + 1] = "from f" return "from assignment" end
list[#list + 1] = append()
note("owner", t)[note("key2", 2)] = note("value2", "b")
print(table.concat(log, " "))
print(#list, list[1], t[1], t[2])
