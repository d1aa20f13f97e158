-- Types and values that contain themselves end in an error, soon.
type Union = Union | Union
type Option = Option?
type List = {List} | {{List}}
type Grow<X> = Grow<{X}> | {Grow<Box<X>>}
type Box<A> = {v: A}
type Grown = Grow<number>
type Tree = {left: Tree?, right: Tree?}
local t = {} t[1] = t t[2] = t
print((Union:is(1)), (Option:is(1)), (List:is(t)), (Grown:is(t)))
local d = {}
for _ = 1, 50 do d = {left = d, right = d} end
print((Tree:is(d)) ~= nil)
for _ = 1, 50 do d = {left = d, right = d} end
local _, err = Tree:is(d)
print(tostring(err):match("recursion limit exceeded"))
type Slow = string @pattern("(a|a)*b")
print((Slow:is(("a"):rep(2000))))
type Bad = string @pattern("(")
print(Bad:is("x"))
print(Union == Option, Grown == Grown, pcall(function() return Tree.__call, Tree.__class__, Tree.term end))
