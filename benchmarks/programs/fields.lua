-- Fields of a record read and written.
return function()
  local p = { x = 0, y = 1, steps = 0 }
  for i = 1, 500000 do
    p.x = p.x + p.y
    p.steps = p.steps + 1
  end
  return p.x + p.steps
end
