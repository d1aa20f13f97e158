-- Mocks: a field of a global table is replaced, and put back after the case.
-- The tables of modules cannot be changed, so the global itself is replaced by a copy.

local M = {}
local originals = {}

local function split(path)
    local object, field = path:match("^([%a_][%w_]*)%.([%a_][%w_]*)$")
    if not object then error("a mock is named by a global table and a field, such as 'process.send', and not '" .. tostring(path) .. "'", 4) end
    return object, field
end

local function copy_of(source)
    local copy = {}
    for key, value in pairs(source) do copy[key] = value end
    return copy
end

-- `is_ours` tells the messages of the tests themselves, which a mock of process.send lets through.
function M.mock(path, replacement, is_ours)
    local object, field = split(path)
    local table_ = _G[object]
    if type(table_) ~= "table" then error("there is no global table '" .. object .. "' to mock '" .. path .. "' in", 3) end
    if originals[object] == nil then
        originals[object] = {table = table_, fields = {}}
        _G[object] = copy_of(table_)
    end
    local kept = originals[object].fields
    if kept[field] == nil then kept[field] = true end
    if path == "process.send" then
        local original = originals[object].table.send
        local given = replacement
        replacement = function(target, topic, ...)
            if is_ours(topic) then return original(target, topic, ...) end
            return given(target, topic, ...)
        end
    end
    _G[object][field] = replacement
end

function M.restore(path)
    local object, field = split(path)
    local kept = originals[object]
    if kept == nil then return end
    _G[object][field] = kept.table[field]
    kept.fields[field] = nil
    if next(kept.fields) == nil then
        _G[object] = kept.table
        originals[object] = nil
    end
end

function M.restore_all()
    for object, kept in pairs(originals) do _G[object] = kept.table end
    originals = {}
end

-- Gives the real process.send, whatever a test has put in its place.
function M.real_send()
    local kept = originals.process
    return kept and kept.table.send or process.send
end

return M
