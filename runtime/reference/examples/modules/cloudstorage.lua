local cloudstorage, fs = require("cloudstorage"), require("fs")

local storage, err = cloudstorage.get("app:uploads")
if err then error(err) end

storage:upload_object("reports/today.json", "{}", {content_type = "application/json", metadata = {owner = "me"}})
local known = storage:head_object("reports/today.json")
print(known.size, known.content_type, known.metadata.owner) --> 2 application/json me

local listed = storage:list_objects({prefix = "reports/"})
print(#listed.objects, listed.objects[1].key, listed.is_truncated) --> 1 reports/today.json false

local file = fs.get("app:files"):open("today.json", "w")
storage:download_object("reports/today.json", file)
file:close()

local url = storage:presigned_get_url("reports/today.json", {expiration = 60})
print(url:match("X%-Amz%-Expires=%d+")) --> X-Amz-Expires=60

local _, taken = storage:upload_object("reports/today.json", "new", {only_if_absent = true})
print(taken:kind()) --> Conflict
storage:delete_objects({"reports/today.json"})
storage:release()
