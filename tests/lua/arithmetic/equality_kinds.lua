-- Values of different types are never equal.
print("1" == 1, 0 == false, nil == false, "" == nil)
print(1 == 1, "a" == "a", {} == {}, print == print)
local t = {}
print(t == t, t ~= {})
