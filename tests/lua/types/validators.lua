-- Validators behind types.
type Age = number @min(0) @max(150)
type Name = string @min_len(1) @max_len(20) @pattern("^[a-z]+$")
type User = { name: string @min_len(1), age: Age, tags?: {string} @max_len(5), email: string @email }
local a: number @min(1) = 5
local u: User = { name = "ann", age = 3, email = "e" }
print(a, u.name, u.age)
