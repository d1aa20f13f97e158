-- An anchored pattern is replaced once.
print(("aaa"):gsub("^a", "b"), ("aaa"):gsub("a$", "b"), ("hello"):gsub("^", ">"))
