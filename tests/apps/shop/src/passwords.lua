local crypto, base64 = require("crypto"), require("base64")

local passwords = {}

local function derived(password: string, salt: string): string
    return base64.encode(crypto.pbkdf2(password, salt, 20000, 32))
end

function passwords.hash(password: string): string
    local salt = base64.encode(crypto.random.bytes(16))
    return salt .. "$" .. derived(password, salt)
end

function passwords.matches(password: string, hash: string): boolean
    local salt, kept = hash:match("^(.-)%$(.*)$")
    return crypto.constant_time_compare(derived(password, salt), kept)
end

return passwords
