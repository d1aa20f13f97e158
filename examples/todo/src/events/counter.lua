-- The process that counts events. Topics: "event" {kind, id} counts one, "query" is answered to its sender on "counts".

local logger = require("logger")
local time = require("time")

type EventKind = "created" | "completed" | "reopened" | "deleted"
type Event = {kind: EventKind, id: integer}
type Counts = {created: integer, completed: integer, reopened: integer, deleted: integer, since: string}

local function main(name: string): (Counts?, error?)
    local _, taken = process.registry.register(name)
    if taken then
        return nil, taken
    end

    local log = logger:named("events")
    local counts: Counts = {
        created = 0,
        completed = 0,
        reopened = 0,
        deleted = 0,
        since = time.now():utc():format(time.RFC3339)
    }
    local unreported: integer = 0

    local happened = process.listen("event")
    local queries = process.listen("query", {message = true})
    local lifecycle = process.events()
    local report = time.ticker("1m")

    log:info("counting events", {name = name})
    while true do
        local case = channel.select({
            happened:case_receive(),
            queries:case_receive(),
            lifecycle:case_receive(),
            report:channel():case_receive()
        })
        if case.channel == happened then
            local event = case.value :: Event
            counts[event.kind] = counts[event.kind] + 1
            unreported = unreported + 1
        elseif case.channel == queries then
            process.send(case.value:from(), "counts", counts)
        elseif case.channel == lifecycle then
            if case.value.kind == process.event.CANCEL then
                log:info("no longer counting", counts)
                return counts
            end
        elseif unreported > 0 then
            log:info("events so far", counts)
            unreported = 0
        end
    end
end

return {main = main}
