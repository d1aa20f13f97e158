-- A metatable that is in use already gets __newindex, loses it and gets it again, by every way of writing a field.
local log = {}
local function note(_, key) log[#log + 1] = key end

local ways = {
  function(meta, value) meta.__newindex = value end,
  function(meta, value) meta["__new" .. "index"] = value end,
  function(meta, value) rawset(meta, "__newindex", value) end,
  function(meta, value)
    local through = setmetatable({}, {__newindex = meta})
    if meta.__newindex == nil then through.__newindex = value else meta.__newindex = value end
  end,
}
for number, write in ipairs(ways) do
  local meta = {__index = {}}
  local object = setmetatable({}, meta)
  object.before = 1
  object[1] = 1
  write(meta, note)
  object["after" .. number] = 1
  object[2] = 1
  write(meta, nil)
  object.gone = 1
  write(meta, note)
  object["again" .. number] = 1
  print(object.before, object[1], rawget(object, "after" .. number), rawget(object, 2), object.gone, #log)
end
print(table.concat(log, " "))

-- An empty metatable, and one that is its own.
local empty = {}
local object = setmetatable({}, empty)
object.x = 1
empty.__newindex = note
object.y = 1
print(object.x, object.y)

local own = {}
setmetatable(own, own)
own.x = 1
own.__newindex = function(t, key, value) rawset(t, key, value * 2) end
own.y = 1
print(own.x, own.y)
