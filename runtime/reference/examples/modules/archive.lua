local archive, fs = require("archive"), require("fs")

local volume = fs.get("app:files")
local writer = archive.create(volume, "backup.zip")
writer:add("notes/today.txt", "water the plants")
writer:close()

local reader = archive.open(volume, "backup.zip")
for entry in reader:entries() do
    print(entry.name, entry.size) --> notes/today.txt 16
end
print(reader:read("notes/today.txt")) --> water the plants
print(reader:extract_all(volume, {prefix = "restored/"})) --> 1
reader:close()
