-- Where an outer local bears the name, the function means that one.
local f = function() return "outer" end
do
  local f = function() return f() .. " called" end
  print(f())
end
