-- A room. Who is in it, and what was said last, is the state of this process: no lock, no database. The relay sends it
-- ws.join, ws.message and ws.leave with the pid of the client's connection; what it sends to such a pid arrives in the
-- browser as {"topic": ..., "data": ...}.

local json = require("json")
local time = require("time")

type Said = {from: string, text: string, at: string}

local REMEMBERED: integer = 50
local MAX_TEXT: integer = 2000
local PATIENCE: string = "1m" -- how long the room stays open with nobody in it

return function(name: string)
    local people: {[string]: string} = {}
    local count: integer = 0
    local history: {Said} = {}
    local inbox, events = process.inbox(), process.events()
    local never = channel.new()
    local closing = time.after(PATIENCE)

    local function tell_all(topic: string, data: any)
        for pid in pairs(people) do
            process.send(pid, topic, data)
        end
    end

    local function tell_people()
        local names: {string} = {}
        for _, each in pairs(people) do
            table.insert(names, each)
        end
        table.sort(names)
        tell_all("people", names)
        process.send("lobby", "people", count)
    end

    local function join(pid: string, who: string)
        people[pid] = who
        count = count + 1
        closing = never
        process.send(pid, "history", {room = name, said = history})
        tell_people()
    end

    local function leave(pid: string)
        if people[pid] then
            people[pid] = nil
            count = count - 1
            tell_people()
            if count == 0 then
                closing = time.after(PATIENCE)
            end
        end
    end

    local function say(pid: string, body: string)
        local message, err = json.decode(body)
        local text = not err and type(message) == "table" and message.text
        if type(text) ~= "string" or text == "" or #text > MAX_TEXT then
            process.send(pid, "refused", "a message is {\"text\": 1 to " .. MAX_TEXT .. " bytes}")
            return
        end
        local said: Said = {from = people[pid], text = text, at = time.now():utc():format(time.RFC3339)}
        table.insert(history, said)
        if #history > REMEMBERED then
            table.remove(history, 1)
        end
        tell_all("said", said)
    end

    while true do
        local case = channel.select({inbox:case_receive(), events:case_receive(), closing:case_receive()})
        if case.channel == closing then
            return
        elseif case.channel == events then
            if case.value.kind == process.event.CANCEL then
                return
            end
        else
            local msg = case.value
            local topic: string, from: string = msg:topic(), msg:from()
            if topic == "ws.join" then
                join(from, msg:payload():data().metadata.name)
            elseif topic == "ws.message" and people[from] then
                say(from, msg:payload():data())
            elseif topic == "ws.leave" then
                leave(from)
            end
        end
    end
end
