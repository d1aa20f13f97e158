local base64 = require("base64")

print(base64.encode("hello")) --> aGVsbG8=
print(base64.decode("aGVsbG8=")) --> hello

local data, err = base64.decode("not base64!")
print(data, err:kind()) --> nil Invalid
