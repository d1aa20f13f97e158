-- A forward goto skips statements.
do
  goto skip
  print("skipped")
  ::skip::
end
print("after")
do
  local x = 1
  if x == 1 then goto done end
  x = 2
  ::done::
end
print("end")
