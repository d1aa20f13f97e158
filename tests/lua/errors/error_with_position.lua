-- error puts the position in front of a text.
print(pcall(function() error("plain") end))
print(pcall(function()
  error("two lines down")
end))
print(pcall(function() error("x", 1) end))
print(pcall(function() error("no position", 0) end))
