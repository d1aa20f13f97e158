local ctx = require("ctx")

return function(key: string?)
    if key then return ctx.get(key) end
    return ctx.all()
end
