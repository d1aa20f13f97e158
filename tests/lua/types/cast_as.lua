-- value as T is the value; it may be repeated.
local n = 5 as number
local m = (n as any) as string
local x = -n as number
print(n, m, x, (m as any) + 1, { 1, 2 } as any ~= nil)
local function f(v: any) return v as string end
print(f("r"), #(("abc" as any) as string))
