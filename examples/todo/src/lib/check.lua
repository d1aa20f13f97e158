-- Checks of values that come from outside. A check gives the value in its proper form, or says what is wrong with it;
-- `fields` runs the checks of a record and reports all that is wrong at once.

local list = require("list")

type Check<T> = (value: unknown) -> (T?, string?)
type Field = {check: Check<any>, required?: boolean}
type Problem = {field: string, message: string}
type Record = {[string]: any}

-- Counts characters, not bytes: every byte of UTF-8 but the continuation bytes begins one.
local function length(text: string): integer
    local _, count = text:gsub("[^\128-\191]", "")
    return count
end

local function text(longest: integer): Check<string>
    return function(value: unknown): (string?, string?)
        if type(value) ~= "string" then
            return nil, "must be text"
        end
        local trimmed: string = value:match("^%s*(.-)%s*$")
        if trimmed == "" then
            return nil, "must not be empty"
        end
        if length(trimmed) > longest then
            return nil, string.format("must not be longer than %d characters", longest)
        end
        return trimmed
    end
end

local function flag(value: unknown): (boolean?, string?)
    if type(value) ~= "boolean" then
        return nil, "must be true or false"
    end
    return value
end

local function one_of<T>(choices: {T}): Check<T>
    return function(value: unknown): (T?, string?)
        if list.contains(choices, value) then
            return value :: T
        end
        return nil, "must be one of " .. table.concat(choices, ", ")
    end
end

-- A positive whole number, as text or as number.
local function id(value: unknown): (integer?, string?)
    local digits = tostring(value):match("^%d+$")
    local number = digits and math.tointeger(tonumber(digits))
    if not number or number < 1 then
        return nil, "must be a positive whole number"
    end
    return number
end

local function invalid(problems: {Problem}): error
    local texts = list.map(problems, function(problem: Problem): string
        return problem.field .. " " .. problem.message
    end)
    return errors.new({
        message = table.concat(texts, "; "),
        kind = errors.INVALID,
        retryable = false,
        details = {errors = problems}
    })
end

-- Gives a record of the fields that have a check and were given; others are ignored.
local function fields(input: unknown, rules: {[string]: Field}): (Record?, error?)
    if type(input) ~= "table" then
        return nil, errors.new({message = "a JSON object is expected", kind = errors.INVALID, retryable = false})
    end
    local record: Record = {}
    local problems: {Problem} = {}
    for name, rule in pairs(rules) do
        local value, message = input[name], "is required"
        if value ~= nil then
            value, message = rule.check(value)
        end
        if value ~= nil then
            record[name] = value
        elseif rule.required or input[name] ~= nil then
            problems[#problems + 1] = {field = name, message = message}
        end
    end
    if #problems > 0 then
        table.sort(problems, function(a: Problem, b: Problem): boolean
            return a.field < b.field
        end)
        return nil, invalid(problems)
    end
    return record
end

-- Checks one value.
local function value<T>(name: string, given: unknown, check: Check<T>): (T?, error?)
    local checked, message = check(given)
    if checked == nil then
        return nil, invalid({{field = name, message = message}})
    end
    return checked
end

return {
    text = text,
    flag = flag,
    one_of = one_of,
    id = id,
    fields = fields,
    value = value
}
