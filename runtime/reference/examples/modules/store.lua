local store = require("store")

local cache, err = store.get("app:cache")
if err then error(err) end
cache:set("user:7", {name = "Ada"}, 60) -- for a minute
print(cache:get("user:7").name, cache:has("user:8")) --> Ada false

local entry = cache:entry("user:7")
cache:put("user:7", {name = "Ada L."}, {if_version = entry.version})
local _, changed = cache:put("user:7", {name = "Eve"}, {if_version = entry.version})
print(changed:kind()) --> Conflict

print(#cache:list({prefix = "user:"}).items) --> 1
cache:delete("user:7")
local _, missing = cache:get("user:7")
print(missing:kind()) --> NotFound
