-- break inside if and do blocks within a loop.
local n = 0
for i = 1, 10 do
  do
    if i == 4 then
      do break end
    end
  end
  n = n + 1
end
print(n)
