-- A goto leaves nested blocks for a label of an enclosing one.
local n = 0
do
  do
    do
      n = n + 1
      if n < 3 then goto retry end
    end
  end
  goto finish
end
::retry::
do
  n = n + 10
end
::finish::
print(n)
