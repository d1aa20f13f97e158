-- An error in an iterator leaves the loop.
local n = 0
local ok, err = pcall(function()
  for i in function(_, c) c = (c or 0) + 1 if c == 3 then error("third", 0) end return c end do n = n + i end
end)
print(ok, err, n)
