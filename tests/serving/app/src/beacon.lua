local fs = require("fs")
local system = require("system")
local time = require("time")

local function note(word)
    local files = fs.get("app:files")
    local file, err = files:open("beacon.log", "a")
    if err then error(err) end
    file:write(word .. " " .. tostring(system.process.pid()) .. "\n")
    file:close()
end

return function()
    note("up")
    local events = process.events()
    while true do
        local event, ok = events:receive()
        if not ok then return end
        if event.kind == process.event.CANCEL then
            note("cancelled")
            return
        end
    end
end
