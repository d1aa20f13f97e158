-- Float loops; the loop is an integer one only if start and step are integers.
local got = {}
for x = 0, 1, 0.25 do got[#got + 1] = x end
print(table.unpack(got))
for i = 1, 3.7 do got = i end
print(got, math.type(got))
for i = 1.0, 3 do got = i end
print(got, math.type(got))
for i = 3, 1, -0.5 do got = i end
print(got)
for i = 1, math.huge do if i > 3 then break end got = i end
print(got)
for i = 1, -math.huge do print("never") end
for i = 1, 0 / 0 do print("never") end
