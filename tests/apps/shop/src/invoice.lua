-- Writes the invoice of an order; a message that comes twice makes no second one.
local events = require("events")
local database = require("database")

return function(message)
    database.transaction(function(tx)
        local order = database.demand(tx:query("SELECT total FROM orders WHERE id = ?", {message.order}))[1]
        database.demand(tx:execute(
            "INSERT INTO invoices (order_id, amount) VALUES (?, ?) ON CONFLICT DO NOTHING", {message.order, order.total}
        ))
        database.demand(tx:execute("UPDATE orders SET status = 'invoiced' WHERE id = ? AND status = 'new'", {message.order}))
    end)
    events.send("shop", "order.invoiced", "/orders/" .. message.order, {order = message.order})
end
