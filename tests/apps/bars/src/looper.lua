local json = require("json")
local time = require("time")

type Form = () -> never

local forms: {[string]: Form} = {}

function forms.empty()
    while true do
    end
end

function forms.errors()
    local names: {string} = {}
    local function fail(number: integer)
        error("number " .. number)
    end
    while true do
        for number = 1, 50 do
            local _, message = pcall(fail, number)
            names[number] = tostring(message):upper()
        end
        table.sort(names)
    end
end

function forms.modules()
    local records: {string} = {}
    while true do
        for number = 1, 50 do
            records[number] = json.encode({number = number, at = time.now():unix_nano()})
        end
    end
end

local function main(form: string, starter: string)
    process.registry.register("loop." .. form)
    process.send(starter, "spinning")
    forms[form]()
end

return {main = main}
