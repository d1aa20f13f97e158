-- Streams come from other modules: the body of a request, the output of a program, an entry of an archive.
local exec = require("exec")

local program = exec.get("app:shell"):exec("echo hello")
local stream = program:stdout_stream()
program:start()

local scanner = stream:scanner("lines")
while scanner:scan() do
    print(scanner:text()) --> hello
end
print(stream:read()) --> nil
print(program:wait()) --> 0
stream:close()
