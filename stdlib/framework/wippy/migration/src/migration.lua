-- The words in which migrations are written: migration, database, up, down, after.

local sql = require("sql")
local tracking = require("tracking")

local M = {}

local DATABASES = {sqlite = true, postgres = true, mysql = true}

-- What is being described; nil outside of `define`.
local described, database_

local function expect_function(what, body)
    if type(body) ~= "function" then error(what .. " needs a function", 3) end
end

local function migration(description, body)
    expect_function("migration", body)
    if described.description then error("an entry describes one migration: " .. described.description, 2) end
    described.description = tostring(description)
    body()
end

local function database(kind, body)
    expect_function("database", body)
    if not described.description then error("database stands in migration", 2) end
    if not DATABASES[kind] then error("there is no database '" .. tostring(kind) .. "'; there are sqlite, postgres, mysql", 2) end
    database_ = {}
    described.databases[kind] = database_
    body()
    database_ = nil
end

local function part(name)
    return function(body)
        expect_function(name, body)
        if database_ == nil then error(name .. " stands in database", 2) end
        database_[name] = body
    end
end

local WORDS = {migration = migration, database = database, up = part("up"), down = part("down"), after = part("after")}

local function describe(define)
    described = {databases = {}}
    local before = {}
    for name, word in pairs(WORDS) do before[name], _G[name] = _G[name], word end
    local fine, err = pcall(define)
    for name in pairs(WORDS) do _G[name] = before[name] end
    local found = described
    described, database_ = nil, nil
    if not fine then error(err, 0) end
    if not found.description then error("nothing is described: write migration(\"...\", function() ... end)", 0) end
    return found
end

local function within(db, work)
    local tx, err = db:begin()
    if err then error(err, 0) end
    local fine, problem = pcall(work, tx)
    if not fine then
        tx:rollback()
        error(problem, 0)
    end
    local _, refused = tx:commit()
    if refused then error(refused, 0) end
end

local function carry_out(found, options)
    local db, err = sql.get(options.database_id)
    if err then error(err, 0) end
    local kind = db:type()
    local parts = found.databases[kind]
    if parts == nil then
        db:release()
        return {status = "skipped", description = found.description, reason = "nothing is written for " .. tostring(kind)}
    end
    local body = parts[options.direction]
    if body == nil then
        error("'" .. found.description .. "' has no " .. options.direction .. " for " .. kind, 0)
    end
    within(db, function(tx)
        body(tx)
        if options.direction == "up" then
            if parts.after then parts.after(tx) end
            tracking.record(tx, kind, options.id, found.description)
        else
            tracking.forget(tx, kind, options.id)
        end
    end)
    db:release()
    return {status = "applied", description = found.description}
end

-- Gives the function of a migration entry. Without a direction it tells what the migration is.
function M.define(define)
    return function(options)
        local found = describe(define)
        if type(options) ~= "table" or options.direction == nil then return {description = found.description} end
        return carry_out(found, options)
    end
end

return M
