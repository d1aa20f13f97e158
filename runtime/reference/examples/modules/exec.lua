local exec = require("exec")

local shell = exec.get("app:shell")
local program = shell:exec("echo hello")
local output = program:stdout_stream()
program:start()
print((output:read():gsub("\n", ""))) --> hello
print(program:wait()) --> 0

local _, err = shell:exec("rm -rf /")
print(err:kind()) --> PermissionDenied
shell:release()
