-- The endpoints that are made at run time: each is two entries of the registry, a function and the route to it.
--
-- A change is one transaction. The registry checks it as it checks the entries of a file: code that does not compile or
-- a path that contradicts another is refused, and nothing has changed.

local registry = require("registry")

type Endpoint = {name: string, method: string, path: string, source: string}

local NAMESPACE = "app.made"
local MODULES = {"http", "json", "time"} -- what their code may require

local function invalid(message: string): error
    return errors.new({kind = errors.INVALID, message = message})
end

local function id_of(name: string): string
    return NAMESPACE .. ":" .. name
end

local function in_snapshot(snapshot): {Endpoint}
    local found: {Endpoint} = {}
    for _, entry in ipairs(snapshot:find({[".kind"] = "function.lua", [".ns"] = NAMESPACE})) do
        local route = snapshot:get(entry.id .. ".route")
        table.insert(found, {
            name = registry.parse_id(entry.id).name,
            method = route.data.method,
            path = route.data.path,
            source = entry.data.source
        })
    end
    return found
end

local function list(): {Endpoint}
    return in_snapshot(registry.snapshot())
end

-- Takes what a client sent; gives an endpoint that is worth trying.
local function read(name: string, input: any): (Endpoint?, error?)
    if not name:match("^[a-z][a-z0-9_]*$") or #name > 30 then
        return nil, invalid("a name has 1 to 30 small letters, digits and _, the first a letter")
    end
    if type(input) ~= "table" then
        return nil, invalid("write an object: {method, path, source}")
    end
    for _, field in ipairs({"method", "path", "source"}) do
        if type(input[field]) ~= "string" then
            return nil, invalid(field .. " must be a text")
        end
    end
    return {name = name, method = input.method, path = input.path, source = input.source}
end

-- Makes an endpoint or replaces it; tells too whether it is new.
local function put(endpoint: Endpoint): (any, error?)
    local id = id_of(endpoint.name)
    local snapshot = registry.snapshot()
    local is_new = snapshot:get(id) == nil
    local changes = snapshot:changes()
    local change = is_new and changes.create or changes.update
    change(changes, {
        id = id,
        kind = "function.lua",
        data = {source = endpoint.source, modules = MODULES}
    })
    change(changes, {
        id = id .. ".route",
        kind = "http.endpoint",
        meta = {router = "app:made"},
        data = {method = endpoint.method, path = endpoint.path, func = id}
    })
    local version, err = changes:apply()
    if err then
        return nil, err
    end
    return {version = version:id(), is_new = is_new}
end

local function remove(name: string): (any, error?)
    local id = id_of(name)
    if registry.get(id) == nil then
        return nil, errors.new({kind = errors.NOT_FOUND, message = "there is no endpoint " .. name})
    end
    local version, err = registry.snapshot():changes():delete(id .. ".route"):delete(id):apply()
    if err then
        return nil, err
    end
    return {version = version:id()}
end

return {in_snapshot = in_snapshot, list = list, read = read, put = put, remove = remove}
