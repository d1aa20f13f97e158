-- The standard libraries can be required; what is unknown cannot.
print(require("string") == string, require("math") == math)
local ok, err = pcall(require, "no_such_module")
print(ok, tostring(err):match("module 'no_such_module' not found") ~= nil)
