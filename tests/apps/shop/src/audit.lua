-- Writes down every event of the shop.
local events, json = require("events"), require("json")
local database = require("database")

return function()
    local told = database.demand(events.subscribe("shop")):channel()
    local ending = process.events()
    while true do
        local chosen = channel.select({told:case_receive(), ending:case_receive()})
        if chosen.channel == ending or not chosen.ok then return end
        local event = chosen.value
        database.execute(
            "INSERT INTO audit (kind, path, data) VALUES (?, ?, ?)", event.kind, event.path, json.encode(event.data)
        )
    end
end
