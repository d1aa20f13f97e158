-- A captured variable lives on and is one variable for all who captured it.
local set, get
do
  local hidden = "first"
  set = function(v) hidden = v end
  get = function() return hidden end
end
print(get())
set("second")
print(get())
