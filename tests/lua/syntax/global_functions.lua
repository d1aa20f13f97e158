-- Function statements assign globals and fields.
function double(x) return x * 2 end
print(double(4), _G.double == double)
lib = {}
function lib.f() return "f" end
function lib:m() return self == lib end
print(lib.f(), lib:m())
local function double(x) return "local" end
print(double(1), _G.double(1))
