-- The older way to write assertions: expect(value).to_equal(other).

local values = require("values")
local show, fail = values.show, values.fail

local function same(a, b)
    if a == b then return true end
    if type(a) ~= "table" or type(b) ~= "table" then return false end
    for key, value in pairs(a) do
        if not same(value, b[key]) then return false end
    end
    for key in pairs(b) do
        if a[key] == nil then return false end
    end
    return true
end

local function holds(container, item)
    if type(container) == "string" then return container:find(item, 1, true) ~= nil end
    for _, value in pairs(container) do
        if same(value, item) then return true end
    end
    return false
end

local CHECKS = {
    to_equal = {"", same},
    to_be_true = {"true", function(a) return a == true end},
    to_be_false = {"false", function(a) return a == false end},
    to_be_nil = {"nil", function(a) return a == nil end},
    to_match = {"a match of ", function(a, pattern) return type(a) == "string" and a:match(pattern) ~= nil end},
    to_be_type = {"the type ", function(a, name) return type(a) == name end},
    to_contain = {"something that contains ", holds},
    to_have_key = {"the key ", function(a, key) return type(a) == "table" and a[key] ~= nil end},
    to_be_greater_than = {"more than ", function(a, b) return a > b end},
    to_be_greater_than_or_equal = {"at least ", function(a, b) return a >= b end},
    to_be_less_than = {"less than ", function(a, b) return a < b end},
    to_be_less_than_or_equal = {"at most ", function(a, b) return a <= b end},
}
local OPPOSITES = {
    not_to_equal = "to_equal", not_to_be_nil = "to_be_nil", not_to_contain = "to_contain", not_to_have_key = "to_have_key",
}

local function expect(value)
    local made = {}
    for name, check in pairs(CHECKS) do
        made[name] = function(other, message)
            if not check[2](value, other) then
                fail(message, check[1] .. (other ~= nil and show(other) or ""), show(value))
            end
        end
    end
    for name, opposite in pairs(OPPOSITES) do
        made[name] = function(other, message)
            if CHECKS[opposite][2](value, other) then
                fail(message, "not " .. CHECKS[opposite][1] .. (other ~= nil and show(other) or ""), show(value))
            end
        end
    end
    return made
end

return expect
