-- Error objects have methods and no fields to write.
local err = errors.new("x")
print((pcall(function() err.message = "y" end)), (pcall(function() return #err end)), (pcall(function() return err + 1 end)))
print((pcall(function() return err:find("x") end)), err == errors.new("x"), err == err)
