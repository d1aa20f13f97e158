-- Answers of the API: a value as JSON, or an error as a status with {error = {kind, message}}.

local http = require("http")

local STATUS: {[string]: integer} = {
    [errors.INVALID] = http.STATUS.BAD_REQUEST,
    [errors.NOT_FOUND] = http.STATUS.NOT_FOUND,
    [errors.ALREADY_EXISTS] = http.STATUS.CONFLICT,
    [errors.CONFLICT] = http.STATUS.CONFLICT
}

local function value(body: any, status: integer?)
    http.response():set_status(status or http.STATUS.OK):write_json(body)
end

local function failure(err: error)
    local status = STATUS[err:kind()] or http.STATUS.INTERNAL_ERROR
    value({error = {kind = err:kind(), message = err:message()}}, status)
end

return {value = value, failure = failure}
