local http = require("http")
local security = require("security")

local function handler()
  local store, err = security.token_store("bench:tokens")
  if not store then
    error(err)
  end
  local token, failure = store:create(security.new_actor("user:bench"), security.new_scope())
  if not token then
    error(failure)
  end
  http.response():write(token)
end

return { handler = handler }
