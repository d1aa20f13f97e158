-- Handlers that look at everything of a request, and answer with what they saw or with the error object they got.

local http = require("http")
local json = require("json")

local function refuse(reason: any)
    http.response():set_status(http.STATUS.BAD_REQUEST)
    http.response():write(tostring(reason))
end

local function echo()
    local req, res = http.request({max_body = 4096}), http.response()
    local body, unreadable = req:body()
    if unreadable then
        return refuse(unreadable)
    end
    local seen = {
        method = req:method(),
        path = req:path(),
        params = req:params(),
        query = req:query_params(),
        first = req:query("a"),
        agent = req:header("User-Agent"),
        kind = req:content_type(),
        length = req:content_length(),
        host = req:host(),
        from = req:remote_addr(),
        json = req:accepts("application/json"),
        form = req:is_content_type("application/x-www-form-urlencoded"),
        announced = req:has_body(),
        body = body
    }
    local failed = res:write_json(seen)
    if failed ~= res then
        return refuse(failed)
    end
end

local function form()
    local found, err = http.request():parse_multipart(10000)
    if err then
        return refuse(err)
    end
    local sizes = {}
    for field, files in pairs(found.files) do
        for _, file in ipairs(files) do
            sizes[field] = #file:stream():read() .. " of " .. file:size() .. " in " .. file:name()
        end
    end
    local failed = http.response():write_json({values = found.values, sizes = sizes})
    if type(failed) == "userdata" and errors.is(failed, errors.INVALID) then
        return refuse(failed)
    end
end

-- Sends the body back as it comes.
local function pieces()
    local req, res = http.request(), http.response()
    res:set_transfer("chunked")
    local stream = req:stream()
    while true do
        local piece, err = stream:read(100)
        if err then
            if not piece then
                res:write(tostring(err))
                return
            end
        end
        if not piece or piece == "" then
            break
        end
        res:write(piece)
        res:flush()
    end
    res:write(".")
end

-- Answers as the query says.
local function answer()
    local req, res = http.request(), http.response()
    local status = math.tointeger(tonumber(req:query("status") or "200"))
    if not status then
        return refuse("status")
    end
    for _, err in ipairs({
        res:set_status(status),
        res:set_header(req:query("name") or "X-Name", req:query("value") or "x"),
        res:set_content_type(req:query("type") or "text/plain")
    }) do
        if err ~= res then
            return refuse(err)
        end
    end
    res:write(req:query("body") or "")
end

local function relay()
    local req, res = http.request(), http.response()
    local config = {metadata = {given = req:query("m")}, message_topic = req:query("topic")}
    config.target_pid = tostring(process.spawn("app:guest", "app:processes"))
    config.heartbeat_interval = req:query("beat")
    local text = json.encode(config)
    if not text then
        return refuse("metadata")
    end
    res:set_header(req:param("how") == "sse" and "X-SSE-Relay" or "X-WS-Relay", text)
end

return {echo = echo, form = form, pieces = pieces, answer = answer, relay = relay}
