-- An error raised in the callback passes through gsub unchanged.
local marker = {}
local ok, err = pcall(string.gsub, "abc", "b", function() error(marker) end)
print(ok, err == marker)
