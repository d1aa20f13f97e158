local registry = require("registry")

local entry = registry.get("app:cache")
print(entry.kind, entry.data.max_size) --> store.memory 1000
print(#registry.find({[".kind"] = "http.*"})) --> 6

local changes = registry.snapshot():changes()
changes:create({id = "app:note", kind = "registry.entry", meta = {type = "note"}, data = {text = "remember"}})
local version, err = changes:apply()
print(err, registry.get("app:note").data.text) --> nil remember

registry.apply_version(version:previous())
local _, gone = registry.get("app:note")
print(gone:kind()) --> NotFound
