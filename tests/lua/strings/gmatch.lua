-- gmatch walks over the matches.
for w in ("one two  three"):gmatch("%a+") do print(w) end
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do print(k, v) end
for p in ("abc"):gmatch("()") do print(p) end
local it = ("x y"):gmatch("%a")
local a, b, c = it(), it(), it()
print(a, b, c)
