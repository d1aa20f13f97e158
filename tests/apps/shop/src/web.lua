-- Answers and bodies as JSON; a refusal is raised by `refuse` and told by `handler`.
local http = require("http")

local web = {}

type Refusal = {status: integer, message: string}

function web.refuse(status: integer, message: string)
    error({status = status, message = message})
end

-- Give a handler that answers with the status and the value that a function returns.
function web.handler(answer)
    return function()
        local request, response = http.request(), http.response()
        local ok, status, value = pcall(answer, request, response)
        if not ok then
            local refusal = status
            if type(refusal) ~= "table" then error(refusal, 0) end
            status, value = refusal.status, {error = refusal.message}
        end
        if status ~= nil then
            response:set_status(status)
            response:write_json(value)
        end
    end
end

-- Read a body that is a JSON object whose fields have the types named.
function web.body(request, fields: {[string]: string})
    local body, err = request:body_json()
    if err or type(body) ~= "table" then web.refuse(400, "the body must be a JSON object") end
    for name, wanted in pairs(fields) do
        local value = body[name]
        local found = wanted == "integer" and math.type(value) or type(value)
        if found ~= wanted or value == "" then web.refuse(400, name .. " must be of type " .. wanted) end
    end
    return body
end

return web
