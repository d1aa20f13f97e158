-- Types are visible in the whole chunk, in any order; locals win; imported types are read from their module.
local function early(v) return Later:is(v) end
type Later = {next?: Other}
type Other = {back: Later}
print(early({next = {back = {}}}) ~= nil, early({next = {back = 5}}))
local lib = {Inner = Other}
type Outer = {inner: lib.Inner}
print(Outer:is({inner = {back = 1}}))
type Missing = {a: lib.Nothing}
print(Missing:is({a = 1}))
local sample: {a: number} = {a = 1}
type Sample = typeof(sample)
print(Sample:is({a = "x"}))
local Later = "a local"
print(Later)
type type_keys = keyof(Sample)
print(type_keys:is("a"), type_keys:is("b"))
type Loop = Loop
print(Loop:is(1))
