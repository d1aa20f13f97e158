-- type is the function and may be a variable.
print(type(1), type "x", type {})
local kind = type
print(kind(nil))
local t = { type = type }
print(t.type(true))
do
  local type = "shadow"
  print(type)
end
type = nil
print(type)
