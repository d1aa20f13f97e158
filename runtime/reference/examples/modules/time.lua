local time = require("time")

local moment = time.parse(time.RFC3339, "2024-05-17T10:30:00Z")
print(moment:add("90m"):format("2006-01-02 15:04")) --> 2024-05-17 12:00
print(moment:weekday(), moment:year_day()) --> 5 138
print(time.parse_duration("1h30m"):minutes()) --> 90

time.sleep("5ms")
local timeout = time.after("10ms")
local chosen = channel.select({timeout:case_receive()})
print(chosen.channel == timeout) --> true
