-- GET /api/stats: how many todos there are, from the database, and what happened to them, from the process that counts.

local funcs = require("funcs")
local answer = require("answer")
local bus = require("bus")

return function()
    local totals, err = funcs.call("app.todos:totals")
    if err then
        return answer.failure(err)
    end
    local events, silence = bus.counts()
    if silence then
        return answer.failure(silence)
    end
    answer.value({todos = totals, events = events})
end
