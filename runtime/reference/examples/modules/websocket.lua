local websocket, json = require("websocket"), require("json")

-- The endpoint /sockets/talk relays the connection to a process that repeats what it hears.
local connection, err = websocket.connect("ws://127.0.0.1:8080/sockets/talk")
if err then error(err) end
connection:send("hello")
local message = connection:receive():receive()
print(json.decode(message.data).data) --> hello
connection:close()
