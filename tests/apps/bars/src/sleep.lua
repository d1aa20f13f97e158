local http = require("http")
local time = require("time")

return function()
    local duration = http.request():param("duration")
    time.sleep(duration)
    return {slept = duration}
end
