-- Unions, intersections and generic instances.
type Box<T> = { value: T }
type Named = { name: string }
local a: string | number | nil = 1
local b: Named & { age: number } = { name = "n", age = 2 }
local c: Box<Box<number>> = { value = { value = 3 } }
local d: Box<string | number>? = nil
local e: {Box<{number}>} = {}
local f: string | {string} | (() -> string) = "f"
print(a, b.age, c.value.value, d, #e, f)
