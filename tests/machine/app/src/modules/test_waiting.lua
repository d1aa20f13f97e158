local check = require("check")
local time = require("time")

local function durations()
    local d = assert(time.parse_duration("1h30m45s500ms"))
    check.equal(d:hours() * 3600, 5445.5, "hours")
    check.equal(d:minutes(), 90.0 + 45.5 / 60, "minutes")
    check.equal(d:seconds(), 5445.5, "seconds")
    check.equal(d:milliseconds(), 5445500, "milliseconds")
    check.equal(d:microseconds(), 5445500000, "microseconds")
    check.equal(d:nanoseconds(), 5445500000000, "nanoseconds")
    check.equal(time.parse_duration(3 * time.MINUTE):minutes(), 3.0, "from a number")
    check.failed(errors.INVALID, time.parse_duration("soon"))
    check.failed(errors.INVALID, time.sleep("soon"))
end

local function timers()
    check.equal(time.after("1ms"):receive():is_zero(), false, "the time")
    check.equal(select(2, time.after(time.MILLISECOND):receive()), true, "after a number")
    local timer = assert(time.timer("1h"))
    check.equal(timer:response(), timer:channel(), "its channel")
    check.equal(timer:reset("1ms"), true, "reset before it fired")
    timer:response():receive()
    check.equal(timer:stop(), false, "stop after it fired")
    check.equal(assert(time.timer("1h")):stop(), true, "stop before")

    local ticker = assert(time.ticker("1ms"))
    check.equal(ticker:response(), ticker:channel(), "its channel")
    local first, second = ticker:response():receive(), ticker:response():receive()
    check.equal(first:before(second), true, "one tick after the other")
    ticker:stop()

    for _, make in ipairs{time.after, time.timer, time.ticker} do
        check.failed(errors.INVALID, make("0s"))
        check.failed(errors.INVALID, make(-5))
        check.failed(errors.INVALID, make("soon"))
    end
end

return function()
    durations()
    timers()
    local start = time.now()
    time.sleep("2ms")
    time.sleep(time.MILLISECOND)
    time.sleep((time.parse_duration("1ms")))
    check.equal(time.now():sub(start):milliseconds() >= 4, true, "slept")

    -- While one coroutine sleeps, another goes on.
    local order, done = {}, channel.new(2)
    for _, wait in ipairs{"20ms", "1ms"} do
        coroutine.spawn(function()
            time.sleep(wait)
            order[#order + 1] = wait
            done:send(true)
        end)
    end
    done:receive()
    done:receive()
    check.equal(table.concat(order, " "), "1ms 20ms", "side by side")
end
