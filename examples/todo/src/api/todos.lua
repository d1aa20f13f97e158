-- The endpoints of todos: functions in a table, chosen by `method` in _index.yaml.

local funcs = require("funcs")
local http = require("http")
local answer = require("answer")

local LARGEST_BODY: integer = 64 * 1024 -- bytes

local function list()
    local todos, err = funcs.call("app.todos:list", http.request():query("filter"))
    if err then
        return answer.failure(err)
    end
    answer.value({todos = todos})
end

local function create()
    local input, unreadable = http.request({max_body = LARGEST_BODY}):body_json()
    if unreadable then
        return answer.failure(unreadable)
    end
    local todo, err = funcs.call("app.todos:create", input)
    if err then
        return answer.failure(err)
    end
    http.response():set_header("Location", "/api/todos/" .. todo.id)
    answer.value(todo, http.STATUS.CREATED)
end

local function update()
    local req = http.request({max_body = LARGEST_BODY})
    local input, unreadable = req:body_json()
    if unreadable then
        return answer.failure(unreadable)
    end
    answer.pair(funcs.call("app.todos:update", req:param("id"), input))
end

local function delete()
    local _, err = funcs.call("app.todos:delete", http.request():param("id"))
    if err then
        return answer.failure(err)
    end
    answer.nothing()
end

local function clear()
    local count, err = funcs.call("app.todos:clear")
    if err then
        return answer.failure(err)
    end
    answer.value({deleted = count})
end

return {list = list, create = create, update = update, delete = delete, clear = clear}
