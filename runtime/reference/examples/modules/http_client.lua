local http_client, json = require("http_client"), require("json")

local response, err = http_client.get("http://127.0.0.1:8080/api/notes/7", {
    query = {full = "yes"},
    headers = {Accept = "application/json"},
    timeout = "5s",
})
if err then error(err) end
print(response.status_code, json.decode(response.body).id) --> 200 7

local wrong = http_client.post("http://127.0.0.1:8080/api/notes/7", {body = "{}"})
print(wrong.status_code) --> 405
