-- Assertions that say what was expected.
local check = {}

function check.equal(got: any, wanted: any, what: string?)
    if got ~= wanted then
        error(("%s: expected %s, got %s"):format(what or "a value", tostring(wanted), tostring(got)), 2)
    end
end

function check.failed(kind: string, value: any, err: any)
    if value then error("expected a failure, got " .. tostring(value), 2) end
    if not err then error("expected an error object", 2) end
    if err:kind() ~= kind then error(("expected the kind %s, got %s"):format(kind, err:kind()), 2) end
end

function check.raised(text: string, body, ...)
    local ok, err = pcall(body, ...)
    if ok then error("expected an error that says '" .. text .. "'", 2) end
    if not tostring(err):find(text, 1, true) then error("expected '" .. text .. "', got " .. tostring(err), 2) end
end

return check
