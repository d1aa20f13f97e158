-- The fault of an operator is reported with the line.
local config = nil

print(config.name)
