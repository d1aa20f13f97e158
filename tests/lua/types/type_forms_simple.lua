-- Primitive, literal and optional types.
local a: nil = nil
local b: true | false = true
local c: "red" | "green" = "red"
local d: 12 | 1.5 = 12
local e: string? = nil
local f: number?? = 1
local g: unknown, h: never?, i: any = 1, nil, 2
local j: thread?, k: table = nil, {}
print(a, b, c, d, e, f, g, h, i, j, type(k))
