-- The table in which a database keeps what has been applied to it.

local time = require("time")

local M = {}

local CREATE = {
    sqlite = "CREATE TABLE IF NOT EXISTS _migrations (id TEXT PRIMARY KEY, description TEXT, applied_at TEXT NOT NULL)",
    postgres = "CREATE TABLE IF NOT EXISTS _migrations (id TEXT PRIMARY KEY, description TEXT, applied_at TEXT NOT NULL)",
    mysql = "CREATE TABLE IF NOT EXISTS _migrations (id VARCHAR(255) PRIMARY KEY, description TEXT, applied_at VARCHAR(40) NOT NULL)",
}
local PLACES = {postgres = {"$1", "$2", "$3"}}

local function place(kind, number)
    return PLACES[kind] and PLACES[kind][number] or "?"
end

function M.prepare(db, kind)
    local _, err = db:execute(CREATE[kind])
    if err then error(err) end
end

-- Gives what has been applied, oldest first.
function M.applied(db)
    local rows, err = db:query("SELECT id, description, applied_at FROM _migrations ORDER BY applied_at, id")
    if err then error(err) end
    return rows
end

function M.record(tx, kind, id, description)
    local sql = string.format("INSERT INTO _migrations (id, description, applied_at) VALUES (%s, %s, %s)",
        place(kind, 1), place(kind, 2), place(kind, 3))
    local now = time.now():utc():format("2006-01-02T15:04:05.000000000Z07:00")
    local _, err = tx:execute(sql, {id, description or "", now})
    if err then error(err) end
end

function M.forget(tx, kind, id)
    local _, err = tx:execute("DELETE FROM _migrations WHERE id = " .. place(kind, 1), {id})
    if err then error(err) end
end

return M
