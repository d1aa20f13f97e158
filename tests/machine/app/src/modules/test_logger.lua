-- What is written is looked at by the test that runs this.
local check = require("check")
local logger = require("logger")

return function()
    logger:debug("in detail", {n = 1})
    logger:info("as usual", {n = 2, list = {1}})
    logger:warn("look here")
    logger:error("that failed", {reason = "none"})

    local child = logger:with({request = "r1"})
    child:debug("child in detail")
    child:info("child as usual", {n = 3})
    child:warn("child looks")
    child:error("child failed")
    local named = logger:named("shop"):with({till = 1}):named("till")
    named:info("named")
    check.failed(errors.INVALID, logger:named(""))
end
