-- Every character class and its complement.
local all = {}
for i = 0, 255 do all[#all + 1] = string.char(i) end
all = table.concat(all)
for _, class in ipairs { "a", "c", "d", "g", "l", "p", "s", "u", "w", "x" } do
  local _, n = all:sub(1, 128):gsub("%" .. class, "")
  local _, m = all:sub(1, 128):gsub("%" .. class:upper(), "")
  print(class, n, m)
end
