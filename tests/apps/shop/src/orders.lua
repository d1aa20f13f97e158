-- Takes orders, and lists those of whoever asks.
local events, queue, security, store = require("events"), require("queue"), require("security"), require("store")
local web, database = require("web"), require("database")

local function place(tx, user: integer, body)
    local taken = database.demand(tx:execute(
        "UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?", {body.quantity, body.product, body.quantity}
    ))
    if taken.rows_affected == 0 then web.refuse(409, "there is not enough of it") end
    local price = database.demand(tx:query("SELECT price FROM products WHERE id = ?", {body.product}))[1].price
    local total = price * body.quantity
    local made = database.demand(tx:execute(
        "INSERT INTO orders (user_id, product_id, quantity, total, note, status) VALUES (?, ?, ?, ?, ?, 'new')",
        {user, body.product, body.quantity, total, body.note or ""}
    ))
    return {id = made.last_insert_id, total = total}
end

return web.handler(function(request)
    local user = security.actor():meta().id
    if request:method() == "GET" then
        return 200, {orders = database.query("SELECT id, total, status FROM orders WHERE user_id = ? ORDER BY id", user)}
    end
    local body = web.body(request, {product = "integer", quantity = "integer"})
    if body.quantity < 1 then web.refuse(400, "quantity must be positive") end
    local order = database.transaction(function(tx) return place(tx, user, body) end)
    store.get("shop:cache"):delete("products")
    database.demand(queue.publish("shop:invoices", {order = order.id}))
    events.send("shop", "order.placed", "/orders/" .. order.id, {order = order.id, user = user})
    return 201, order
end)
