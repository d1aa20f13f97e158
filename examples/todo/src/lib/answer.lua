-- Answers of the API: a value as JSON, or an error as a status with {error = {kind, message, details}}.

local http = require("http")
local logger = require("logger")

type ErrorBody = {error: {kind: string, message: string, details?: any}}

local STATUS: {[string]: integer} = {
    [errors.INVALID] = http.STATUS.BAD_REQUEST,
    [errors.PERMISSION_DENIED] = http.STATUS.FORBIDDEN,
    [errors.NOT_FOUND] = http.STATUS.NOT_FOUND,
    [errors.ALREADY_EXISTS] = http.STATUS.CONFLICT,
    [errors.CONFLICT] = http.STATUS.CONFLICT,
    [errors.RATE_LIMITED] = http.STATUS.TOO_MANY_REQUESTS,
    [errors.UNAVAILABLE] = http.STATUS.SERVICE_UNAVAILABLE,
    [errors.TIMEOUT] = http.STATUS.GATEWAY_TIMEOUT
}

local function value(body: any, status: integer?)
    local res = http.response()
    res:set_status(status or http.STATUS.OK)
    res:write_json(body)
end

local function nothing()
    http.response():set_status(http.STATUS.NO_CONTENT)
end

-- What the client did wrong is its business; what we did wrong goes to the log, and the client hears only that.
local function failure(err: error)
    local status = STATUS[err:kind()]
    local body: ErrorBody
    if status then
        body = {error = {kind = err:kind(), message = err:message(), details = err:details()}}
    else
        logger:error("request failed", {error = err:message(), stack = err:stack()})
        status = http.STATUS.INTERNAL_ERROR
        body = {error = {kind = errors.INTERNAL, message = "something went wrong on the server"}}
    end
    value(body, status)
end

-- Takes the two results of a call as they are: answer.pair(funcs.call(...))
local function pair(result: any, err: error?)
    if err then
        failure(err)
    else
        value(result)
    end
end

return {value = value, nothing = nothing, failure = failure, pair = pair}
