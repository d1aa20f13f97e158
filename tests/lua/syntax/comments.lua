-- Line comments, long comments, nested levels.
print(1) -- trailing
--[[ long
comment ]] print(2)
--[==[ with ]] inside
]==]
print(3 --[[ in the middle ]] + 4)
---[[ not long
print(5)
--]]
--
print(6)--
