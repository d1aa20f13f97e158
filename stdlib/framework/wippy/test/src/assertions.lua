-- Assertions: each raises an error that says what was expected and what was met. Some give back the value they look at.

local values = require("values")
local show, fail = values.show, values.fail

local M = {}

function M.eq(actual, expected, message)
    if actual ~= expected then fail(message, show(expected), show(actual)) end
end

function M.neq(actual, other, message)
    if actual == other then fail(message, "something other than " .. show(other), show(actual)) end
end

function M.ok(value, message)
    if not value then fail(message, "a value that is true", show(value)) end
    return value
end

function M.fail(message)
    error(message or "the test failed", 2)
end

function M.is_nil(value, message)
    if value ~= nil then fail(message, "nil", show(value)) end
end

function M.not_nil(value, message)
    if value == nil then fail(message, "a value", "nil") end
    return value
end

function M.is_true(value, message)
    if value ~= true then fail(message, "true", show(value)) end
    return value
end

function M.is_false(value, message)
    if value ~= false then fail(message, "false", show(value)) end
    return value
end

local function of_type(name)
    return function(value, message)
        if type(value) ~= name then fail(message, "a " .. name, type(value) .. " " .. show(value)) end
        return value
    end
end

M.is_string = of_type("string")
M.is_number = of_type("number")
M.is_table = of_type("table")
M.is_function = of_type("function")
M.is_boolean = of_type("boolean")

function M.contains(text, part, message)
    if type(text) ~= "string" or not text:find(part, 1, true) then
        fail(message, "text that contains " .. show(part), show(text))
    end
    return text
end

function M.matches(text, pattern, message)
    if type(text) ~= "string" or not text:match(pattern) then
        fail(message, "text that matches " .. show(pattern), show(text))
    end
    return text
end

function M.has_key(value, key, message)
    if type(value) ~= "table" or value[key] == nil then fail(message, "a table with the key " .. show(key), show(value)) end
    return value[key]
end

function M.len(value, expected, message)
    local length = (type(value) == "table" or type(value) == "string") and #value or nil
    if length ~= expected then fail(message, "a length of " .. show(expected), show(length) .. " of " .. show(value)) end
end

local function compared(words, holds)
    return function(a, b, message)
        if not holds(a, b) then fail(message, show(a) .. " " .. words .. " " .. show(b), "the opposite") end
    end
end

M.gt = compared(">", function(a, b) return a > b end)
M.gte = compared(">=", function(a, b) return a >= b end)
M.lt = compared("<", function(a, b) return a < b end)
M.lte = compared("<=", function(a, b) return a <= b end)

function M.throws(body, message)
    local fine, err = pcall(body)
    if fine then fail(message, "an error", "none") end
    return err
end

function M.has_error(value, err, message)
    if err == nil then fail(message, "an error", "none, and the value " .. show(value)) end
    if value ~= nil then fail(message, "nil beside the error", show(value)) end
    return err
end

function M.no_error(value, err, message)
    if err ~= nil then fail(message, "no error", show(err)) end
    return value
end

return M
