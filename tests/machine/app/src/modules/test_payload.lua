local check = require("check")

return function()
    local values = {"text", 4.5, true}
    for _, value in ipairs(values) do
        local made = payload.new(value)
        check.equal(made:get_format(), payload.format.LUA, "format")
        check.equal(made:data(), value, "data")
    end
    check.equal(payload.new(nil):data(), nil, "nothing")
    local failure = payload.new(errors.new("no"))
    check.equal(failure:get_format(), payload.format.ERROR, "format of an error")

    local order = payload.new({sku = "A1", sizes = {1, 2}})
    for _, format in ipairs{payload.format.JSON, payload.format.YAML, payload.format.MSGPACK} do
        local written = assert(order:transcode(format))
        check.equal(written:get_format(), format, "format")
        local read = assert(written:unmarshal())
        check.equal(read.sku .. read.sizes[2], "A12", format)
    end
    check.equal(order:unmarshal().sku, "A1", "unmarshal of a table")
    check.equal(order:transcode(payload.format.JSON):transcode(payload.format.LUA):data().sku, "A1", "and back")
    check.equal(payload.new("text"):transcode(payload.format.BYTES):unmarshal(), "text", "bytes")
    check.equal(payload.new("text"):transcode(payload.format.STRING):unmarshal(), "text", "text")
    local golang = assert(order:transcode(payload.format.GOLANG))
    check.equal(golang:unmarshal().sizes[1], 1, "plain data")
    local text, err = order:transcode("no/format")
    check.equal(text == nil and err:kind() ~= "", true, "an unknown format")
end
