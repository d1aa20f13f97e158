-- The same label name in different functions and in blocks one after another.
local function f()
  do goto out end
  ::out::
  return "f"
end
do
  for i = 1, 1 do
    goto out
    print("never")
    ::out::
  end
end
do
  goto out
  ::out::
end
print(f())
