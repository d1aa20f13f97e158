-- `http` is for functions behind endpoints, such as `notes`; elsewhere there is no request.
local http, http_client = require("http"), require("http_client")

local answer = http_client.get("http://127.0.0.1:8080/api/notes/7")
print(answer.status_code, answer.body) --> 200 {"id":"7","method":"GET"}

local request, err = http.request()
print(request, err:kind()) --> nil Internal
