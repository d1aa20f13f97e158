local uuid = require("uuid")

local id = uuid.v4()
print(#id, uuid.validate(id), uuid.version(id)) --> 36 true 4
print(uuid.v5("6ba7b811-9dad-11d1-80b4-00c04fd430c8", "https://example.com")) --> 4fd35a71-71ef-5a55-a9d9-aa75c889a6d0
print(uuid.version(uuid.v7())) --> 7
