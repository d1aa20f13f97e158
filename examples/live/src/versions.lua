-- The history of the registry, and going back in it or forward again.

local http = require("http")
local registry = require("registry")
local answer = require("answer")
local endpoints = require("endpoints")

local function list()
    local history = registry.history()
    local versions = {}
    for _, version in ipairs(registry.versions()) do
        local names = {}
        for _, endpoint in ipairs(endpoints.in_snapshot(history:snapshot_at(version))) do
            table.insert(names, endpoint.name)
        end
        table.insert(versions, {id = version:id(), endpoints = names})
    end
    answer.value({current = registry.current_version():id(), versions = versions})
end

local function go()
    local input, unreadable = http.request({max_body = 1024}):body_json()
    if unreadable then
        return answer.failure(unreadable)
    end
    local wanted = type(input) == "table" and input.version or nil
    if math.type(wanted) ~= "integer" then
        return answer.failure(errors.new({kind = errors.INVALID, message = "write an object: {version}, a whole number"}))
    end
    local version, missing = registry.history():get_version(wanted)
    if missing then
        return answer.failure(missing)
    end
    local _, refused = registry.apply_version(version)
    if refused then
        return answer.failure(refused)
    end
    answer.value({version = wanted})
end

return {list = list, go = go}
