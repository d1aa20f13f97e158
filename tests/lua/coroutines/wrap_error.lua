-- wrap raises what the coroutine raised; a table stays the table.
local t = { code = 5 }
local f = coroutine.wrap(function() error(t) end)
local ok, err = pcall(f)
print(ok, err == t, err.code)
ok, err = pcall(f)
print(ok, (err:gsub("^.-:%d+: ", "")))
