local sql = require("sql")

local database = {}

local function demand(result, err)
    if err then error(err) end
    return result
end

function database.open()
    return demand(sql.get("shop:db"))
end

function database.query(statement: string, ...)
    return demand(database.open():query(statement, {...}))
end

function database.execute(statement: string, ...)
    return demand(database.open():execute(statement, {...}))
end

-- Do some work in a transaction, which is undone when the work fails; what it returns is given.
function database.transaction(work)
    local tx = demand(database.open():begin())
    local ok, result = pcall(work, tx)
    if not ok then
        tx:rollback()
        error(result, 0)
    end
    demand(tx:commit())
    return result
end

database.demand = demand
return database
