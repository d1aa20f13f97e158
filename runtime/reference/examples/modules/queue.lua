local queue, events = require("queue"), require("events")

-- The consumer `workers` calls `work` with the body of each message; it tells of the end by an event.
local done = events.subscribe("jobs", "done")
queue.publish("app:jobs", {name = "resize"}, {priority = "high"})

local event = done:channel():receive()
print(event.data.name, event.data.priority) --> resize high
print(queue.info("app:jobs").consumer_count) --> 1
