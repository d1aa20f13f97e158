local env, logger = require("env"), require("logger")
local database, passwords = require("database"), require("passwords")

local TABLES = {
    [[CREATE TABLE IF NOT EXISTS users (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, role TEXT NOT NULL)]],
    [[CREATE TABLE IF NOT EXISTS products (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price INTEGER NOT NULL, stock INTEGER NOT NULL CHECK (stock >= 0))]],
    [[CREATE TABLE IF NOT EXISTS orders (
        id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id),
        product_id INTEGER NOT NULL REFERENCES products (id),
        quantity INTEGER NOT NULL, total INTEGER NOT NULL, note TEXT NOT NULL, status TEXT NOT NULL)]],
    [[CREATE TABLE IF NOT EXISTS invoices (order_id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)]],
    [[CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, path TEXT NOT NULL, data TEXT NOT NULL)]],
}

return function()
    for _, statement in ipairs(TABLES) do database.execute(statement) end
    database.execute(
        "INSERT INTO users (name, password, role) VALUES ('admin', ?, 'admin') ON CONFLICT DO NOTHING",
        passwords.hash(env.get("SHOP_ADMIN_PASSWORD"))
    )
    logger:info("the tables are there")
end
