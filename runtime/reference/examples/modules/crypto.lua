local crypto = require("crypto")

local key = crypto.random.bytes(32)
local secret = crypto.encrypt.aes("the plan", key)
print(crypto.decrypt.aes(secret, key)) --> the plan

local token = crypto.jwt.encode({sub = "user:1", exp = os.time() + 60}, "a key of thirty-two bytes or more")
print(crypto.jwt.verify(token, "a key of thirty-two bytes or more").sub) --> user:1

print(#crypto.pbkdf2("password", "salt of the user", 10000, 32)) --> 32
print(crypto.constant_time_compare("abc", "abd")) --> false
