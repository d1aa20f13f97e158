local jobs, done = channel.new(2), channel.new()

coroutine.spawn(function()
    while true do
        local job, ok = jobs:receive()
        if not ok then break end
        print("working on " .. job)
    end
    done:send(true)
end)

jobs:send("a") --> working on a
jobs:send("b") --> working on b
jobs:close()

local chosen = channel.select({channel.new():case_receive(), done:case_receive()})
print(chosen.channel == done, chosen.value) --> true true
