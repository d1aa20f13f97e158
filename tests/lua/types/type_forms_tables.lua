-- Array, map, record and readonly types.
local a: {number} = { 1 }
local b: number[] = { 2 }
local c: {[string]: number} = { x = 3 }
local d: { name: string, age?: number, tags: {string}, } = { name = "n", tags = {} }
local e: {} = {}
local f: readonly {string} = { "r" }
local g: readonly { x: number } = { x = 1 }
local h: {{number}} = { { 4 } }
local i: {[string]: {[number]: boolean}} = { k = { true } }
local j: string[][] = { { "s" } }
print(a[1], b[1], c.x, d.name, next(e), f[1], g.x, h[1][1], i.k[1], j[1][1])
