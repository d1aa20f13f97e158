-- Does what its messages say: `end` with a value, `fail` with a text, `echo` to the sender, `upgrade`, `wait` for its end.
local time = require("time")

local function main(value)
    if value == "return" then return {value, process.pid()} end
    if value == "fail" then error("it fails", 0) end
    local inbox, events = process.inbox(), process.events()
    while true do
        local got = channel.select{inbox:case_receive(), events:case_receive()}
        if got.channel == events then
            return got.value.kind .. ": " .. tostring(got.value.reason)
        end
        local message = got.value
        local topic, data = message:topic(), message:payload():data()
        if topic == "end" then return data end
        if topic == "fail" then error(data, 0) end
        if topic == "echo" then process.send(message:from(), "echoed", data, #data) end
        if topic == "upgrade" then process.upgrade("app:second", data, process.pid()) end
    end
end

return {main = main}
