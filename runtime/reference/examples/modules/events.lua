local events = require("events")

local subscription = events.subscribe("orders", "order.*")
events.send("orders", "order.paid", "/orders/7", {amount = 12})

local event = subscription:channel():receive()
print(event.system, event.kind, event.path, event.data.amount) --> orders order.paid /orders/7 12
subscription:close()
