-- A cast call gives one value.
local function two() return 1, 2 end
print(two() :: any)
print((two() as any))
local a, b = two() :: number
print(a, b)
