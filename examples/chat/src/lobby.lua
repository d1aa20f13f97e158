-- The process that knows the rooms. A room is started when somebody first asks for it; when one ends, for whatever reason,
-- the lobby forgets it. Topics: "find" (a name) and "list" are answered on "answer", "people" is a room's head count.

local logger = require("logger")

type Room = {name: string, people: integer, pid: string}

return function(): (nil, error?)
    local _, taken = process.registry.register("lobby")
    if taken then
        return nil, taken
    end

    local by_name: {[string]: Room} = {}
    local by_pid: {[string]: Room} = {}

    local function find(name: string): string
        local room = by_name[name]
        if not room then
            local pid = assert(process.spawn_monitored("app:room", "app:processes", name))
            room = {name = name, people = 0, pid = pid}
            by_name[name], by_pid[pid] = room, room
            logger:info("a room opens", {room = name})
        end
        return room.pid
    end

    local function list(): {Room}
        local found: {Room} = {}
        for _, room in pairs(by_name) do
            table.insert(found, {name = room.name, people = room.people})
        end
        table.sort(found, function(a, b) return a.name < b.name end)
        return found
    end

    local inbox, events = process.inbox(), process.events()
    while true do
        local case = channel.select({inbox:case_receive(), events:case_receive()})
        if case.channel == events then
            local event = case.value
            if event.kind == process.event.CANCEL then
                return nil
            end
            local room = by_pid[event.from]
            if room then
                logger:info("a room closes", {room = room.name})
                by_name[room.name], by_pid[event.from] = nil, nil
            end
        else
            local msg = case.value
            local topic: string, from: string = msg:topic(), msg:from()
            if topic == "find" then
                process.send(from, "answer", find(msg:payload():data()))
            elseif topic == "list" then
                process.send(from, "answer", list())
            elseif topic == "people" and by_pid[from] then
                by_pid[from].people = msg:payload():data()
            end
        end
    end
end
