-- Applies the pending migrations of all databases that migrations name.

local logger = require("logger")
local migrations = require("migrations")
local runner = require("runner")

local function run()
    local databases, err = migrations.get_target_dbs()
    if err then return {status = "error", message = tostring(err)} end
    local applied = 0
    for _, database in ipairs(databases) do
        local result = runner.setup(database):run()
        applied = applied + result.migrations_applied
        if result.status == "error" then
            return {status = "error", message = database .. ": " .. tostring(result.error)}
        end
        logger:info("migrations of " .. database, {applied = result.migrations_applied, skipped = result.migrations_skipped})
    end
    if applied == 0 then return {status = "skipped", message = "nothing is pending"} end
    return {status = "success", message = applied .. " migrations were applied"}
end

return {run = run}
