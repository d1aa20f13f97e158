-- A goto may leave several loops at once.
for i = 1, 3 do
  for j = 1, 3 do
    while true do
      if i * j == 4 then goto found end
      break
    end
  end
end
print("not found")
::found::
print("end")
