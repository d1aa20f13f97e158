-- Function types in both notations.
local a: () -> () = function() end
local b: (number, string) -> boolean = function() return true end
local c: (x: number, y: number?) -> (number, string) = function(x) return x, "c" end
local d: (string, ...any) -> any = function(s) return s end
local e: ((number) -> number)? = nil
local f: fun(a: number, b: string): boolean = function() return false end
local g: (number) -> (string) -> boolean = function() return function() return true end end
local h: {(number) -> number} = { function(n) return n + 1 end }
print(a(), b(), c(5), d("d"), e, f(), g(1)("x"), h[1](1))
