local check = require("check")
local funcs = require("funcs")
local registry = require("registry")

local function find(filter) return #assert(registry.find(filter)) end

local function reads()
    local note = assert(registry.get("app.modules:note"))
    check.equal(note.id .. note.kind .. note.meta.type .. note.data.text, "app.modules:noteregistry.entrynotefirst", "an entry")
    note.data.text = "changed"
    check.equal(registry.get("app.modules:note").data.text, "first", "a copy")
    check.failed(errors.NOT_FOUND, registry.get("app.modules:none"))
    check.failed(errors.INVALID, registry.get(5))

    check.equal(find{[".kind"] = "env.*", [".ns"] = "app.modules"}, 4, "globs")
    check.equal(find{[".id"] = "app.modules:note"} + find{[".name"] = "note"}, 2, "root keys")
    check.equal(find{["meta.type"] = "note", ["meta.level"] = 2.0}, 1, "equal")
    check.equal(find{["~meta.type"] = "^n.t"} + find{["*meta.tags"] = "b"}, 2, "a pattern, and a part")
    check.equal(find{["^meta.type"] = "no"} + find{["$meta.type"] = "te"}, 2, "beginning and end")
    check.failed(errors.INVALID, registry.find{["~meta.type"] = "("})
    local id = registry.parse_id("app.modules:note")
    check.equal(id.ns .. "/" .. id.name, "app.modules/note", "an id")
end

local function snapshots(before)
    local snap = assert(registry.snapshot())
    check.equal(snap:version():id(), before:id(), "its version")
    check.equal(#snap:entries(), find{}, "all entries")
    check.equal(snap:get("app.modules:note").id, "app.modules:note", "one")
    check.failed(errors.NOT_FOUND, snap:get("app.modules:none"))
    check.equal(#snap:find{[".name"] = "note"}, 1, "some")
    check.equal(#snap:namespace("app.modules"), find{[".ns"] = "app.modules"}, "a namespace")
    return snap
end

return function()
    local before = assert(registry.current_version())
    reads()
    local snap = snapshots(before)

    local changes = snap:changes()
    check.failed(errors.INVALID, changes:apply())
    changes:create{id = "app.modules:new", kind = "function.lua", data = {source = "return function() return 1 end"}}
    changes:update{id = "app.modules:note", kind = "registry.entry", meta = {type = "note"}, data = {text = "second"}}
    changes:delete("app.modules:unset")
    local listed = {}
    for _, op in ipairs(changes:ops()) do listed[#listed + 1] = op.kind end
    check.equal(table.concat(listed, " "), "entry.create entry.update entry.delete", "what is to be done")
    local after = assert(changes:apply())
    check.equal(after:id(), registry.current_version():id(), "the new version")
    check.equal(funcs.call("app.modules:new"), 1, "a new function")
    check.equal(registry.get("app.modules:note").data.text, "second", "a changed entry")
    check.failed(errors.NOT_FOUND, registry.get("app.modules:unset"))
    check.equal(snap:get("app.modules:note").data.text, "first", "the snapshot")

    check.equal(after:previous():id(), before:id(), "the version before")
    check.equal(before:next():id(), after:id(), "the version after")
    check.equal(after:next(), nil, "no version after")
    check.equal(after:string(), "v" .. after:id(), "as text")
    check.equal(registry.versions()[1]:id(), 0, "the first version")
    local history = assert(registry.history())
    check.equal(#history:versions(), #registry.versions(), "the history")
    check.equal(history:get_version(after:id()):id(), after:id(), "a version of it")
    check.failed(errors.NOT_FOUND, history:get_version(99999))
    check.equal(history:snapshot_at(before):get("app.modules:note").data.text, "first", "a state of it")
    check.equal(registry.snapshot_at(after:id()):get("app.modules:note").data.text, "second", "a state")
    check.failed(errors.NOT_FOUND, registry.snapshot_at(99999))

    check.equal(registry.apply_version(before), true, "back")
    check.failed(errors.NOT_FOUND, funcs.call("app.modules:new"))
    check.equal(registry.get("app.modules:note").data.text, "first", "as it was")
    check.equal(registry.apply_version(after) and registry.apply_version(before), true, "forward and back")

    local bad = snap:changes():create{id = "app.modules:bad", kind = "function.lua", data = {source = "return +"}}
    check.failed(errors.INVALID, bad:apply())
    check.failed(errors.NOT_FOUND, registry.get("app.modules:bad"))
    local ops = assert(registry.build_delta(
        {{id = "x:a", kind = "k", data = {}}, {id = "x:b", kind = "k", data = {n = 1}}},
        {{id = "x:b", kind = "k", data = {n = 2}}, {id = "x:c", kind = "k", data = {}}}
    ))
    local steps = {}
    for _, op in ipairs(ops) do steps[op.entry.id] = op.kind end
    check.equal(steps["x:a"] .. steps["x:b"] .. steps["x:c"], "entry.deleteentry.updateentry.create", "a difference")
end
