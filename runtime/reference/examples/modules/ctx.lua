local ctx, funcs = require("ctx"), require("funcs")

-- Values come with a call, and are there for all that it calls in turn.
local inside = funcs.new():with_context({tenant = "acme", limit = 3})
print(inside:call("app:greet", "you")) --> Hello You

local _, err = ctx.get("tenant")
print(err:kind()) --> NotFound
print(next(ctx.all())) --> nil
