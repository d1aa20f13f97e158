-- Answers GET /api/rooms.

local http = require("http")
local rooms = require("rooms")

return function()
    local found, err = rooms.list()
    if err then
        return http.response():set_status(http.STATUS.SERVICE_UNAVAILABLE):write_json({error = err:message()})
    end
    http.response():write_json({rooms = found})
end
