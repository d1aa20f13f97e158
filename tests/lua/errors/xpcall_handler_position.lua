-- The handler runs where the error was raised and sees its text with position.
local function fail() error("here") end
print(xpcall(function() fail() return 1 end, function(e) return "<" .. e .. ">" end))
