local sql = require("sql")

local db, err = sql.get("app:db")
if err then error(err) end
db:execute("CREATE TABLE IF NOT EXISTS teas (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL)")
local inserted = db:execute("INSERT INTO teas (name, price) VALUES (?, ?)", {"green", 2.5})
print(inserted.rows_affected, inserted.last_insert_id) --> 1 1

local rows = sql.builder.select("name", "price"):from("teas"):where({name = "green"}):run_with(db):query()
print(rows[1].name, rows[1].price) --> green 2.5

local tx = db:begin()
tx:execute("UPDATE teas SET price = price * 2")
tx:rollback()
print(db:query("SELECT price FROM teas")[1].price) --> 2.5

local _, taken = db:execute("INSERT INTO teas (name) VALUES (?)", {"green"})
print(taken:kind()) --> AlreadyExists
