-- Short strings made, collected and joined.
return function()
  local parts = {}
  for i = 1, 150000 do parts[#parts + 1] = "item " .. i .. ";" end
  local text = table.concat(parts)
  local upper = 0
  for i = 1, 1000 do upper = upper + #text:sub(i, i + 20):upper() end
  return #text + upper
end
