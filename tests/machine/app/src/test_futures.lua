local check = require("check")
local funcs = require("funcs")
local time = require("time")

return function()
    local future = funcs.async("app:echo", {n = 1})
    check.equal(future:response(), future:channel(), "the channel")
    local value, err = future:result()
    check.equal(value == nil and err == nil, true, "no result yet")
    check.equal(future:is_complete(), false, "not complete")
    check.equal(future:response():receive():data().n, 1, "the result")
    check.equal(select(2, future:response():receive()), false, "no second result")
    check.equal(future:is_complete(), true, "complete")
    check.equal(future:result():data().n, 1, "the result again")
    check.equal(select(2, future:error()), false, "no error")

    local failed = funcs.async("app:refuses", errors.CONFLICT)
    check.equal(failed:response():receive():kind(), errors.CONFLICT, "the error")
    check.failed(errors.CONFLICT, failed:result())
    check.equal(failed:error():kind(), errors.CONFLICT, "the error again")

    local hanging = funcs.async("app:hangs")
    time.sleep("2ms")
    check.equal(hanging:is_canceled(), false, "not cancelled")
    check.equal(hanging:cancel(), true, "cancel")
    check.equal(hanging:is_canceled(), true, "cancelled")
    check.failed(errors.CANCELED, hanging:result())

    -- A loop over several calls: one that was heard of is passed over until there is nothing else to hear.
    local slow, quick = funcs.async("app:callable", "slow"), funcs.async("app:echo", "quick")
    local cases = {quick:channel():case_receive(), slow:channel():case_receive()}
    local heard = {}
    for i = 1, 2 do heard[i] = channel.select(cases).value:data() end
    check.equal(table.concat(heard, " "), "quick slow", "both results")
    check.equal(channel.select(cases).ok, false, "nothing more to come")
end
