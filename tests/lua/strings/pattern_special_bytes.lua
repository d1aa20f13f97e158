-- Patterns are binary safe.
print(("a\0b"):find("\0"), ("a\0b"):match("%z"), ("a\0\0b"):gsub("%z", "."))
print(("\255\254"):match("[\254-\255]+") == "\255\254")
print(#("a\0b\0c"):gsub("\0", "--"))
