local io = require("io")

-- Processes on a terminal.host have a terminal, such as app:ask, which `wippy run --exec app:ask` starts there.
print(#io.args()) --> 0
local _, err = io.write("hello")
print(err:kind()) --> Unavailable
