-- break leaves the innermost loop, from any place in a block.
for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then break end
    print(i, j)
  end
end
while true do do break end end
repeat if true then break end until false
for _ in pairs { 1 } do break print("never") end
print("done")
