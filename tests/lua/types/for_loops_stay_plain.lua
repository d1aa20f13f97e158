-- Loops over typed values.
local list: {{ id: number, name: string }} = { { id = 1, name = "a" }, { id = 2, name = "b" } }
local names: {[number]: string} = {}
for _, item in ipairs(list) do names[item.id] = item.name end
for id = 1, #list do print(id, names[id]) end
