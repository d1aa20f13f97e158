-- return with and without values and semicolon, in every kind of block.
local function f(n)
  if n == 1 then return end
  if n == 2 then return; end
  if n == 3 then return 3; end
  while true do return 4, 5 end
end
print(f(1))
print(f(3), f(2), f(4))
