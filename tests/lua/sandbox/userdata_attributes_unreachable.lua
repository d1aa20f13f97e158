-- Error objects and coroutines show their methods alone.
local err = errors.new("x")
print(err.__class__, err.frames, err.full_text, err.lua_name)
local ok, frame = pcall(function() return coroutine.create(print).gr_frame end)
print(not ok or frame == nil)
