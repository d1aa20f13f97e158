-- assert needs a value.
print(pcall(function() assert() end))
