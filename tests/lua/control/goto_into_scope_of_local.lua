-- A goto may not jump into the scope of a local variable.
do
  goto skip
  local x = 1
  ::skip::
  print(x)
end
