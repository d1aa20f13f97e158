local hash = require("hash")

print(hash.md5("hello")) --> 5d41402abc4b2a76b9719d911017c592
print(#hash.sha512("hello"), #hash.sha512("hello", true)) --> 128 64
print(hash.fnv32("hello")) --> 3069866343
