-- A type statement needs its type.
type Point =
print("x")
local y = = 1
