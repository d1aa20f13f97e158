-- Answers GET /chat/{room}?name=...: the connection is to be relayed to the process of the room.

local http = require("http")
local json = require("json")
local rooms = require("rooms")

local MAX_NAME: integer = 30

local function refuse(status: integer, message: string)
    http.response():set_status(status):write_json({error = message})
end

return function()
    local req = http.request()
    local room: string = req:param("room")
    local name: string = (req:query("name") or ""):match("^%s*(.-)%s*$")
    if name == "" or #name > MAX_NAME or #room > MAX_NAME then
        return refuse(http.STATUS.BAD_REQUEST, "name and room must have 1 to " .. MAX_NAME .. " bytes")
    end

    local pid, err = rooms.find(room)
    if err then
        return refuse(http.STATUS.SERVICE_UNAVAILABLE, err:message())
    end
    http.response():set_header("X-WS-Relay", json.encode({target_pid = pid, metadata = {name = name}}))
end
