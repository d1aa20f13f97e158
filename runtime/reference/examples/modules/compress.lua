local compress = require("compress")

local text = string.rep("again and ", 1000)
local small = compress.zstd.encode(text, {level = 10})
print(#text, #small < 100) --> 10000 true
print(compress.zstd.decode(small) == text) --> true

-- What comes from others is held to a size.
local _, err = compress.gzip.decode(compress.gzip.encode(text), {max_size = 5000})
print(err:kind()) --> Internal
