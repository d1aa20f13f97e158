local http = require("http")

return function()
    local name: string = http.request():param("name")
    http.response():write_json({message = "hello " .. name})
end
