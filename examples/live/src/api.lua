-- What the page asks for: the endpoints, and changes of them.

local http = require("http")
local registry = require("registry")
local answer = require("answer")
local endpoints = require("endpoints")

local function list()
    answer.value({version = registry.current_version():id(), endpoints = endpoints.list()})
end

local function put()
    local req = http.request({max_body = 64 * 1024})
    local input, unreadable = req:body_json()
    if unreadable then
        return answer.failure(unreadable)
    end
    local endpoint, err = endpoints.read(req:param("name"), input)
    if err then
        return answer.failure(err)
    end
    local done, refused = endpoints.put(endpoint)
    if refused then
        return answer.failure(refused)
    end
    answer.value({version = done.version}, done.is_new and http.STATUS.CREATED or http.STATUS.OK)
end

local function remove()
    local done, err = endpoints.remove(http.request():param("name"))
    if err then
        return answer.failure(err)
    end
    answer.value(done)
end

return {list = list, put = put, remove = remove}
