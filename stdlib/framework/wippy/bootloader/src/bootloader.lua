-- Runs all functions with `meta.type: bootloader` in their order; the first that fails stops the start.

local funcs = require("funcs")
local logger = require("logger")
local registry = require("registry")
local system = require("system")
local time = require("time")

local LAST = 999
local PATIENCE = 30 -- seconds that a required service may take to run

local function order_of(entry)
    return tonumber(entry.meta.order) or LAST
end

local function discover()
    local entries, err = registry.find({[".kind"] = "function.lua", ["meta.type"] = "bootloader"})
    if err then error(err) end
    table.sort(entries, function(a, b)
        if order_of(a) ~= order_of(b) then return order_of(a) < order_of(b) end
        return a.id < b.id
    end)
    return entries
end

local function list(value)
    if value == nil then return {} end
    return type(value) == "table" and value or {value}
end

-- Waits for a service, or finds that a step has been taken; gives why not.
local function unmet(required, done)
    if done[required] then return nil end
    local entry = registry.get(required)
    if entry == nil then return "there is no " .. required end
    if entry.meta and entry.meta.type == "bootloader" then return required .. " has not been run before" end
    for _ = 1, PATIENCE * 10 do
        local state = system.supervisor.state(required)
        if state and state.status == "running" then return nil end
        time.sleep("100ms")
    end
    return required .. " does not run"
end

local function run_one(entry, done)
    for _, required in ipairs(list(entry.meta.requires)) do
        local reason = unmet(required, done)
        if reason then return {status = "error", message = "what it requires is not there: " .. reason} end
    end
    local result, err = funcs.call(entry.id)
    if err then return {status = "error", message = tostring(err)} end
    if type(result) ~= "table" or (result.status ~= "success" and result.status ~= "skipped" and result.status ~= "error") then
        return {status = "error", message = "it gave no table with a status: success, skipped or error"}
    end
    return result
end

local WORDS = {success = "SUCCESS", skipped = "SKIPPED", error = "FAILED"}

local function main()
    local counts, done = {success = 0, skipped = 0, error = 0}, {}
    local entries = discover()
    for _, entry in ipairs(entries) do
        local began = time.now()
        local result = run_one(entry, done)
        local fields = {id = entry.id, order = order_of(entry), message = result.message,
            duration_ms = math.floor(time.now():sub(began):milliseconds())}
        counts[result.status] = counts[result.status] + 1
        local level = result.status == "error" and "error" or "info"
        logger[level](logger, WORDS[result.status] .. " " .. entry.id, fields)
        if result.status == "error" then
            error(entry.id .. " failed: " .. tostring(result.message))
        end
        done[entry.id] = true
    end
    logger:info("the application has started", {total = #entries, success = counts.success, skipped = counts.skipped,
        failed = counts.error})
    process.events():receive()
end

return {main = main}
