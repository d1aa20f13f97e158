-- value! is the value, and checks nothing.
local user: { name: string }? = { name = "Ann" }
print((user!).name, user! ~= nil)
