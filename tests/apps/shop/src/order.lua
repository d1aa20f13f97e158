-- Shows an order to those who may see it, as JSON or as a page, and ships it.
local events, security, templates = require("events"), require("security"), require("templates")
local web, database = require("web"), require("database")

local function find(id: string)
    local order = database.query([[
        SELECT orders.id, user_id, users.name AS customer, products.name AS product, quantity, total, note, status
        FROM orders JOIN users ON users.id = user_id JOIN products ON products.id = product_id WHERE orders.id = ?
    ]], tonumber(id) or 0)[1]
    -- Somebody else's order looks like none.
    if order == nil or not security.can("order.read", "order:" .. id, {owner = "user:" .. order.user_id}) then
        web.refuse(404, "there is no order " .. id)
    end
    return order
end

return web.handler(function(request, response)
    local order = find(request:param("id"))
    if request:method() == "POST" then
        local shipped = database.execute("UPDATE orders SET status = 'shipped' WHERE id = ? AND status = 'invoiced'", order.id)
        if shipped.rows_affected == 0 then web.refuse(409, "an order that is " .. order.status .. " cannot be shipped") end
        events.send("shop", "order.shipped", "/orders/" .. order.id, {order = order.id, by = security.actor():id()})
        return 200, {id = order.id, status = "shipped"}
    end
    if request:path():match("/page$") then
        response:set_content_type("text/html; charset=utf-8")
        response:write(database.demand(templates.get("shop:views")):render("order", {order = order}))
        return nil
    end
    return 200, order
end)
