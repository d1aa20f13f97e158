-- Which migrations there are.

local registry = require("registry")

local M = {}

local function has_tag(entry, wanted)
    if wanted == nil or #wanted == 0 then return true end
    for _, tag in ipairs(entry.meta.tags or {}) do
        for _, other in ipairs(wanted) do
            if tag == other then return true end
        end
    end
    return false
end

local function before(a, b)
    local ta, tb = tostring(a.meta.timestamp or ""), tostring(b.meta.timestamp or "")
    if ta ~= tb then return ta < tb end
    return a.id < b.id
end

-- Gives the migrations of a database and of tags, in the order in which they are applied.
function M.find(criteria)
    criteria = criteria or {}
    local entries, err = registry.find({["meta.type"] = "migration"})
    if err then return nil, err end
    local found = {}
    for _, entry in ipairs(entries) do
        if (criteria.target_db == nil or entry.meta.target_db == criteria.target_db) and has_tag(entry, criteria.tags) then
            table.insert(found, entry)
        end
    end
    table.sort(found, before)
    return found
end

function M.get(id)
    local entry, err = registry.get(id)
    if err then return nil, err end
    if entry == nil or not entry.meta or entry.meta.type ~= "migration" then
        return nil, errors.new({kind = errors.NOT_FOUND, message = tostring(id) .. " is no migration"})
    end
    return entry
end

local function unique(values)
    local found, seen = {}, {}
    for _, value in ipairs(values) do
        if not seen[value] then
            seen[value] = true
            table.insert(found, value)
        end
    end
    table.sort(found)
    return found
end

local function collect(read)
    local entries, err = M.find()
    if err then return nil, err end
    local values = {}
    for _, entry in ipairs(entries) do
        for _, value in ipairs(read(entry)) do table.insert(values, value) end
    end
    return unique(values)
end

function M.get_target_dbs()
    return collect(function(entry) return {entry.meta.target_db} end)
end

function M.get_tags()
    return collect(function(entry) return entry.meta.tags or {} end)
end

return M
