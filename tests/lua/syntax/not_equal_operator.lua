-- There is no != in Lua.
if 1 != 2 then print("x") end
