-- Makes the variable ENCRYPTION_KEY, 256 random bits in hexadecimal, unless it is there.

local crypto = require("crypto")
local env = require("env")

local NAME = "ENCRYPTION_KEY"

local function run()
    local known = env.get(NAME)
    if known ~= nil and known ~= "" then
        return {status = "skipped", message = NAME .. " is there already"}
    end
    local key = crypto.random.bytes(32):gsub(".", function(byte) return string.format("%02x", byte:byte()) end)
    local _, err = env.set(NAME, key)
    if err then
        return {status = "error", message = NAME .. " cannot be stored: " .. tostring(err)}
    end
    return {status = "success", message = NAME .. " was made"}
end

return {run = run}
