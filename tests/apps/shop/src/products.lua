-- Lists the products, from the cache for a minute at most, and adds new ones.
local store = require("store")
local web, database = require("web"), require("database")

local function list()
    local cache = store.get("shop:cache")
    local kept = cache:get("products")
    if kept ~= nil then return kept end
    local products = database.query("SELECT id, name, price, stock FROM products ORDER BY id")
    if #products > 0 then cache:set("products", products, 60) end
    return products
end

return web.handler(function(request)
    if request:method() == "GET" then return 200, {products = list()} end
    local body = web.body(request, {name = "string", price = "integer", stock = "integer"})
    if body.price <= 0 or body.stock < 0 then web.refuse(400, "price and stock must not be negative") end
    local made, err = database.open():execute(
        "INSERT INTO products (name, price, stock) VALUES (?, ?, ?)", {body.name, body.price, body.stock}
    )
    if errors.is(err, errors.ALREADY_EXISTS) then web.refuse(409, "there is such a product already") end
    database.demand(made, err)
    store.get("shop:cache"):delete("products")
    return 201, {id = made.last_insert_id}
end)
