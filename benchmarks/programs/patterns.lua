-- Text taken apart by patterns.
return function()
  local line = "2024-05-17 12:30:00 level=info user=ann id=12345 path=/items/42 took=17ms"
  local sum, words = 0, 0
  for i = 1, 4000 do
    local year, month, day = line:match("^(%d+)-(%d+)-(%d+)")
    sum = sum + tonumber(year) + tonumber(month) + tonumber(day)
    for key, value in line:gmatch("(%w+)=([%w/]+)") do
      if key == "id" then sum = sum + tonumber(value) end
      words = words + 1
    end
    local masked, n = line:gsub("%d+", "#")
    sum = sum + n + #masked
  end
  return sum + words
end
