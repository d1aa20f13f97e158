-- Anchors mean something only at the ends.
print(("a^b"):match("a^b"), ("a$b"):match("a$b"), ("abc"):match("^abc$"), (""):match("^$"))
print(("x\n"):match("x$"), ("aXbX"):gsub("^a", "-"))
