-- Sends events to the counter, and asks it for its counts.

local logger = require("logger")
local time = require("time")

type EventKind = "created" | "completed" | "reopened" | "deleted"
type Counts = {created: integer, completed: integer, reopened: integer, deleted: integer, since: string}

local COUNTER: string = "app.events.counter"
local PATIENCE: string = "1s"

-- A todo is not lost because its event was: what is wrong here is logged, and not the caller's concern.
local function record(kind: EventKind, id: integer)
    local _, err = process.send(COUNTER, "event", {kind = kind, id = id})
    if err then
        logger:warn("an event was not counted", {kind = kind, id = id, reason = err:message()})
    end
end

local function counts(): (Counts?, error?)
    local replies = process.listen("counts")
    local _, err = process.send(COUNTER, "query")
    if err then
        if errors.is(err, errors.NOT_FOUND) then
            return nil, errors.new({
                message = "the event counter is not running",
                kind = errors.UNAVAILABLE,
                retryable = true
            })
        end
        return nil, errors.wrap(err, "cannot reach the event counter")
    end

    local timeout = time.after(PATIENCE)
    local case = channel.select({replies:case_receive(), timeout:case_receive()})
    if case.channel == timeout then
        return nil, errors.new({
            message = "the event counter did not answer within " .. PATIENCE,
            kind = errors.TIMEOUT,
            retryable = true
        })
    end
    return case.value :: Counts
end

return {record = record, counts = counts}
