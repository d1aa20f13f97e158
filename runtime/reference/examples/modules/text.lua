local text = require("text")

local dates = text.regexp.compile("(?P<year>\\d{4})-(\\d{2})")
print(dates:find_string_submatch("on 2024-05-17")[2]) --> 2024
print(dates:replace_all_string("2024-05", "$2/$1")) --> 05/2024

local differ = text.diff.new()
local patches = differ:patch_make("old text", "new text")
print(differ:patch_apply(patches, "old text")) --> new text true

local splitter = text.splitter.recursive({chunk_size = 20, chunk_overlap = 0})
print(#splitter:split_text("one sentence. another sentence. and a third.")) --> 3
