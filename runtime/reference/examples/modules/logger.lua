local logger = require("logger")

local log = logger:named("orders"):with({tenant = "acme"})
log:info("order paid", {order = 7, amount = 12.5}) --> order paid
log:warn("stock is low", {left = 2}) --> stock is low
