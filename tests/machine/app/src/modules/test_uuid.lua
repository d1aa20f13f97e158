local check = require("check")
local time = require("time")
local uuid = require("uuid")

local URL = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"

return function()
    local made = {[1] = uuid.v1(), [4] = uuid.v4(), [7] = uuid.v7(), [3] = uuid.v3(URL, "x"), [5] = uuid.v5(URL, "x")}
    for version, id in pairs(made) do
        check.equal(uuid.validate(id), true, "valid")
        check.equal(uuid.version(id), version, "version")
        check.equal(uuid.variant(id), "RFC4122", "variant")
        local parsed = assert(uuid.parse(id))
        check.equal(parsed.version .. parsed.variant, version .. "RFC4122", "parsed")
        local dated = version == 1 or version == 7
        check.equal(parsed.timestamp ~= nil, dated, "has a time")
        if dated then check.equal(math.abs(time.now():unix() - parsed.timestamp) < 5, true, "its time") end
        check.equal(type(parsed.node), version == 1 and "string" or "nil", "its node")
    end
    check.equal(made[5], uuid.v5(URL, "x"), "the same name")
    check.equal(made[3] ~= uuid.v3(URL, "y") and uuid.v4() ~= made[4], true, "another")
    check.equal(uuid.v5(URL, "https://example.org/"), "527dda32-a0de-5105-a042-cb475b5f7d11", "by SHA-1")

    local id = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
    check.equal(uuid.format(id), id, "standard by default")
    check.equal(uuid.format(id, "standard"), id, "standard")
    check.equal(uuid.format(id, "simple"), "6ba7b8119dad11d180b400c04fd430c8", "simple")
    check.equal(uuid.format(id, "urn"), "urn:uuid:" .. id, "urn")
    check.equal(uuid.validate("nothing") or uuid.validate(5), false, "not valid")
    check.failed(errors.INVALID, uuid.format(id, "round"))
    check.failed(errors.INVALID, uuid.format("nothing"))
    check.failed(errors.INVALID, uuid.v3("nothing", "x"))
    check.failed(errors.INVALID, uuid.v5(URL, 5))
    for _, name in ipairs{"version", "variant", "parse"} do
        check.failed(errors.INVALID, uuid[name]("nothing"))
        check.failed(errors.INVALID, uuid[name](5))
    end
end
