-- The version speaks of Lua 5.3.
print(_VERSION:match("Lua 5%.3"))
