local check = require("check")
local json = require("json")

local SCHEMA = {
    type = "object",
    properties = {sku = {type = "string", minLength = 2}, count = {type = "integer", minimum = 1}},
    required = {"sku"},
}

return function()
    check.equal(json.encode("a\"b"), '"a\\"b"', "a text")
    check.equal(json.encode(42) .. json.encode(99.50) .. json.encode(true), "4299.5true", "numbers and truth")
    check.equal(json.encode(nil), "null", "nil")
    check.equal(json.encode({}), "[]", "an empty table")
    check.equal(json.encode({1, "x", {}}), '[1,"x",[]]', "a list")
    check.equal(json.encode({sku = "A1", sizes = {1, 2}}), '{"sku":"A1","sizes":[1,2]}', "an object")
    check.equal(json.encode({1 / 0, 0 / 0}), "[null,null]", "numbers that JSON lacks")
    local loop, deep = {}, {}
    loop.loop = loop
    for _ = 1, 130 do deep = {deep} end
    for _, value in ipairs{loop, deep, {[1] = 1, [3] = 3}, {1, x = 2}} do
        local text, err = json.encode(value)
        check.failed(errors.INTERNAL, text, err)
        check.equal(err:retryable(), false, "no use to try again")
    end

    local read = assert(json.decode('{"name": "Bo", "n": [10, 2.5], "no": null, "deep": {"yes": true}}'))
    check.equal(read.name .. read.n[1] .. read.n[2], "Bo102.5", "values")
    check.equal(math.type(read.n[1]), "integer", "a whole number")
    check.equal(read.no == nil and read.deep.yes, true, "null and truth")
    check.failed(errors.INTERNAL, json.decode("not json"))
    check.failed(errors.INVALID, json.decode(""))

    check.equal(json.validate(SCHEMA, {sku = "A1", count = 2}), true, "valid")
    check.failed(errors.INVALID, json.validate(SCHEMA, {sku = "A", count = 0}))
    check.failed(errors.INVALID, json.validate(SCHEMA, {}))
    check.equal(json.validate('{"type": "number", "minimum": 0}', 1), true, "a schema as text")
    check.failed(errors.INVALID, json.validate({type = "no such type"}, 1))
    check.equal(json.validate_string(SCHEMA, '{"sku": "A1"}'), true, "valid text")
    check.failed(errors.INVALID, json.validate_string(SCHEMA, '{"count": 1}'))
    check.failed(errors.INVALID, json.validate_string(SCHEMA, "{"))
end
