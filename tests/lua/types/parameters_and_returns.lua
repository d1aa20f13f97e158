-- Parameters and results may be annotated in every form of function.
local function add(a: number, b: number): number return a + b end
function concat(a: string, b: string?): string return a .. (b or "!") end
local anon = function(x: integer): (integer, string) return x, "second" end
local obj = {}
function obj.static(x: any): any return x end
function obj:method(x: number): string return type(self) .. x end
print(add(1, 2), concat("a"), concat("a", "b"), anon(3))
print(obj.static(nil), obj:method(4), add("1", 2))
