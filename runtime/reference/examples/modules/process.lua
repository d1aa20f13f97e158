local pid = process.spawn_monitored("app:echo", "app:processes")
process.send(pid, "question", "are you there?")

local answer = process.listen("echo"):receive()
print(answer) --> are you there?

process.terminate(pid)
local event = process.events():receive()
print(event.kind, event.from == pid) --> pid.exit true

local _, err = process.send(pid, "question", "still?")
print(err:kind()) --> NotFound
