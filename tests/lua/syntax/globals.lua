-- Globals live in _G.
counter = 1
_G.other = 2
print(_G.counter, other, _G._G == _G, rawget(_G, "counter"))
counter = nil
print(counter, _G.counter)
local function set() created_inside = "yes" end
set()
print(created_inside)
_G["with space"] = 3
print(_G["with space"])
