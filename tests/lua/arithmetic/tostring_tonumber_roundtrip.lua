-- What tostring writes of an integer tonumber reads back.
for _, n in ipairs { 0, -1, 42, math.maxinteger, math.mininteger } do
  print(n, tonumber(tostring(n)) == n, math.type(tonumber(tostring(n))))
end
