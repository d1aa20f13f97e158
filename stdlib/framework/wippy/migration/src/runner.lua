-- Applies migrations to one database, each in a transaction of its own, and takes them back.

local funcs = require("funcs")
local migrations = require("migrations")
local sql = require("sql")
local time = require("time")
local tracking = require("tracking")

local M = {}
local Runner = {}
Runner.__index = Runner

-- Gives a runner for the database of an id.
function M.setup(database_id)
    if type(database_id) ~= "string" or database_id == "" then error("setup needs the id of a database", 2) end
    return setmetatable({database_id = database_id}, Runner)
end

function Runner:open()
    local db, err = sql.get(self.database_id)
    if err then error(err) end
    local kind, problem = db:type()
    if problem then error(problem) end
    tracking.prepare(db, kind)
    return db, kind
end

local function carry_out(database_id, id, direction)
    return funcs.call(id, {database_id = database_id, id = id, direction = direction})
end

local function description_of(id)
    local told = funcs.call(id)
    return told and told.description
end

local function ids_of(rows)
    local found = {}
    for _, row in ipairs(rows) do found[row.id] = row end
    return found
end

local function summary(began)
    return {status = "complete", migrations_found = 0, migrations_applied = 0, migrations_skipped = 0, migrations_failed = 0,
        migrations = {}, skipped_details = {}, began = began}
end

local function finish(result)
    result.duration = time.now():sub(result.began):seconds()
    result.began = nil
    return result
end

local function skip(result, id, reason)
    result.migrations_skipped = result.migrations_skipped + 1
    table.insert(result.skipped_details, {id = id, reason = reason})
end

local function note(result, entry, outcome, err)
    if err then
        result.status = "error"
        result.error = tostring(err)
        result.migrations_failed = result.migrations_failed + 1
        table.insert(result.migrations, {id = entry.id, status = "error", error = tostring(err)})
    elseif outcome.status == "skipped" then
        skip(result, entry.id, outcome.reason)
    else
        result.migrations_applied = result.migrations_applied + 1
        table.insert(result.migrations, {id = entry.id, status = "applied", description = outcome.description})
    end
end

function Runner:apply(options, limit)
    local result = summary(time.now())
    local entries, problem = migrations.find({target_db = self.database_id, tags = (options or {}).tags})
    if problem then error(problem) end
    result.migrations_found = #entries
    local db = self:open()
    local applied = ids_of(tracking.applied(db))
    db:release()
    for _, entry in ipairs(entries) do
        if applied[entry.id] then
            skip(result, entry.id, "applied already")
        elseif result.migrations_applied >= limit or result.status == "error" then
            break
        else
            local outcome, err = carry_out(self.database_id, entry.id, "up")
            note(result, entry, outcome, err)
        end
    end
    return finish(result)
end

function Runner:run(options) return self:apply(options, math.huge) end
function Runner:run_next(options) return self:apply(options, 1) end

local function allowed(id, ids)
    if ids == nil then return true end
    for _, other in ipairs(ids) do
        if other == id then return true end
    end
    return false
end

function Runner:rollback(options)
    options = options or {}
    local result = summary(time.now())
    local db = self:open()
    local rows = tracking.applied(db)
    db:release()
    local left = options.count or (options.allowed_ids and #options.allowed_ids) or 1
    for index = #rows, 1, -1 do
        local row = rows[index]
        if left == 0 or result.status == "error" then break end
        if allowed(row.id, options.allowed_ids) then
            result.migrations_found = result.migrations_found + 1
            local entry, missing = migrations.get(row.id)
            local outcome, err = nil, missing
            if entry then outcome, err = carry_out(self.database_id, entry.id, "down") end
            note(result, entry or {id = row.id}, outcome, err)
            left = left - 1
        end
    end
    return finish(result)
end

function Runner:status(options)
    local entries, problem = migrations.find({target_db = self.database_id, tags = (options or {}).tags})
    if problem then error(problem) end
    local db, kind = self:open()
    local rows = tracking.applied(db)
    db:release()
    local known = {}
    for _, entry in ipairs(entries) do known[entry.id] = entry end
    local told, applied = {}, ids_of(rows)
    for _, row in ipairs(rows) do
        local entry = known[row.id]
        if entry then
            table.insert(told, {id = row.id, description = row.description, timestamp = entry.meta.timestamp,
                tags = entry.meta.tags or {}, status = "applied", applied_at = row.applied_at})
        end
    end
    local count = #told
    for _, entry in ipairs(entries) do
        if not applied[entry.id] then
            table.insert(told, {id = entry.id, description = description_of(entry.id), timestamp = entry.meta.timestamp,
                tags = entry.meta.tags or {}, status = "pending"})
        end
    end
    return {database_id = self.database_id, db_type = kind, total_migrations = #told, applied_migrations = count,
        pending_migrations = #told - count, migrations = told}
end

return M
