-- Spawns a crowd, asks each of its members one question, and waits for all answers.

local http = require("http")
local time = require("time")

type Answer = {number: integer, from: string, twice: integer}

return function()
    local size: integer = tonumber(http.request():param("size"))
    local began = time.now()
    local answers = process.listen("answer")
    local pids: {string} = {}
    for number = 1, size do
        pids[number] = assert(process.spawn("bars:member", "bars:processes", number))
    end
    for number, pid in ipairs(pids) do
        assert(process.send(pid, "question", number))
    end

    local patience = time.after("20s")
    local right: integer = 0
    local seen: {[string]: boolean} = {}
    for _ = 1, size do
        local case = channel.select({answers:case_receive(), patience:case_receive()})
        if case.channel == patience then
            break
        end
        local answer = case.value :: Answer
        if answer.from == pids[answer.number] and answer.twice == answer.number * 2 and not seen[answer.from] then
            seen[answer.from] = true
            right = right + 1
        end
    end
    return {spawned = #pids, right = right, ms = time.now():sub(began):milliseconds()}
end
