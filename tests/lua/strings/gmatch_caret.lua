-- In gmatch a caret is no anchor but an ordinary character.
local n = 0
for _ in ("aaa"):gmatch("^a") do n = n + 1 end
print(n)
