-- Asks the lobby: for the process of a room, for the list of rooms.

local time = require("time")

type Room = {name: string, people: integer}

local LOBBY: string = "lobby"
local PATIENCE: string = "2s"

local function ask(topic: string, value: any): (any, error?)
    local answers = process.listen("answer")
    local _, err = process.send(LOBBY, topic, value)
    if err then
        return nil, errors.wrap(err, "the lobby is not open")
    end
    local case = channel.select({answers:case_receive(), time.after(PATIENCE):case_receive()})
    if case.channel ~= answers then
        return nil, errors.new({message = "the lobby does not answer", kind = errors.TIMEOUT, retryable = true})
    end
    return case.value, nil
end

local function find(name: string): (string?, error?)
    return ask("find", name)
end

local function list(): ({Room}?, error?)
    return ask("list", true)
end

return {find = find, list = list}
