-- Raised error objects come back as they are.
local err = errors.new({ message = "busy", kind = errors.UNAVAILABLE })
local ok, caught = pcall(function() error(err) end)
print(ok, caught == err, caught:kind(), errors.is(caught, errors.UNAVAILABLE), errors.is("busy", errors.UNAVAILABLE))
ok, caught = pcall(function() assert(nil, err) end)
print(ok, caught == err)
