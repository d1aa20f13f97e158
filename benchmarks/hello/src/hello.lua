local http = require("http")

local function handler()
  local request, response = http.request(), http.response()
  response:write_json({ message = "hello, " .. request:param("name"), length = #request:param("name") })
end

return { handler = handler }
