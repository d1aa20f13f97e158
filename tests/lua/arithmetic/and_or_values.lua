-- and/or give one of their operands and stop early.
print(nil and 1, false and 1, 0 and 1, "" and 2)
print(nil or 1, false or nil, 0 or 1, "" or 2)
print(nil == nil and "yes" or "no", 1 > 2 and "yes" or "no")
print(false or false, nil and nil, not nil, not 0)
local called = false
local function touch() called = true return true end
local _ = false and touch()
local _ = true or touch()
print(called)
print(1 and 2 and 3, 1 and nil and 3, nil or false or "x")
