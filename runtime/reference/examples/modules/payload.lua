local wrapped = payload.new({name = "tea"})
print(wrapped:get_format(), wrapped:data().name) --> lua/any tea

local text = wrapped:transcode(payload.format.JSON)
print(text:get_format(), text:data().name) --> json/plain tea
