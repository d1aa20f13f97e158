-- What can be done with todos. Each function is an entry of its own (`method` in _index.yaml chooses it) and gives its
-- result, or nil and an error; both reach the caller of `funcs.call` as they are.

local store = require("store")
local check = require("check")
local bus = require("bus")

local LONGEST_TITLE: integer = 200
local title = check.text(LONGEST_TITLE)
local filters: {store.Filter} = {"all", "open", "done"}

local function list(filter: unknown): ({store.Todo}?, error?)
    local wanted, invalid = check.value("filter", filter or "all", check.one_of(filters))
    if invalid then
        return nil, invalid
    end
    return store.all(wanted)
end

local function create(input: unknown): (store.Todo?, error?)
    local fields, invalid = check.fields(input, {title = {check = title, required = true}})
    if invalid then
        return nil, invalid
    end
    local todo, err = store.add(fields.title)
    if err then
        return nil, err
    end
    bus.record("created", todo.id)
    return todo
end

local function update(id: unknown, input: unknown): (store.Todo?, error?)
    local known, no_id = check.value("id", id, check.id)
    if no_id then
        return nil, no_id
    end
    local fields, invalid = check.fields(input, {title = {check = title}, completed = {check = check.flag}})
    if invalid then
        return nil, invalid
    end
    if next(fields) == nil then
        return nil, errors.new({message = "give title or completed, or both", kind = errors.INVALID, retryable = false})
    end

    local changed, err = store.change(known, fields)
    if err then
        return nil, err
    end
    local before: store.Todo, after: store.Todo = changed.before, changed.after
    if after.completed ~= before.completed then
        bus.record(after.completed and "completed" or "reopened", after.id)
    end
    return after
end

local function delete(id: unknown): (boolean?, error?)
    local known, no_id = check.value("id", id, check.id)
    if no_id then
        return nil, no_id
    end
    local removed, err = store.remove(known)
    if err then
        return nil, err
    end
    bus.record("deleted", known)
    return removed
end

-- Deletes what is completed and gives how many there were.
local function clear(): (integer?, error?)
    local ids, err = store.remove_done()
    if err then
        return nil, err
    end
    for _, id in ipairs(ids) do
        bus.record("deleted", id)
    end
    return #ids
end

return {list = list, create = create, update = update, delete = delete, clear = clear}
