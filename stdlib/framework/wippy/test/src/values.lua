-- How values are shown in the messages of failed assertions.

local DEEPEST = 5

local show

local function show_table(value: any, depth: integer, seen: any): string
    if value._tostring and type(value._tostring) == "function" then
        return value:_tostring()
    end
    if seen[value] then return "<circle>" end
    if depth > DEEPEST then return "{...}" end
    seen[value] = true
    local parts = {}
    for index = 1, #value do
        table.insert(parts, show(value[index], depth + 1, seen))
    end
    local keys = {}
    for key in pairs(value) do
        if math.type(key) ~= "integer" or key < 1 or key > #value then table.insert(keys, key) end
    end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for _, key in ipairs(keys) do
        local name = type(key) == "string" and key or "[" .. tostring(key) .. "]"
        table.insert(parts, name .. " = " .. show(value[key], depth + 1, seen))
    end
    seen[value] = nil
    return "{" .. table.concat(parts, ", ") .. "}"
end

show = function(value: any, depth: integer?, seen: any): string
    if type(value) == "string" then return string.format("%q", value) end
    if type(value) == "table" then return show_table(value, depth or 1, seen or {}) end
    return tostring(value)
end

-- Raises the error of an assertion at the line of the test that made it.
local function fail(message: string?, expected: string, got: string)
    error((message or "assertion failed") .. ": expected " .. expected .. ", got " .. got, 3)
end

return {show = show, fail = fail}
