local fs = require("fs")

local volume = fs.get("app:files")
volume:mkdir("notes")
volume:writefile("notes/a.txt", "one\ntwo\n")
print(volume:stat("notes/a.txt").size) --> 8

local file = volume:open("notes/a.txt", "a")
file:write("three\n")
file:close()

local scanner = volume:open("notes/a.txt", "r"):scanner("lines")
while scanner:scan() do
    print(scanner:text())
end
--> one
--> two
--> three

for item in volume:readdir("notes") do
    print(item.name, item.type) --> a.txt file
end
local _, err = volume:readfile("../secrets")
print(err:kind()) --> Invalid
