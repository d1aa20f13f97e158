-- A block that is never closed.
local function f()
  if true then
    return 1
end
