-- rep with and without a separator.
print(("ab"):rep(3), ("ab"):rep(3, ","), ("x"):rep(1, ","), ("x"):rep(0) == "", ("x"):rep(-1) == "")
print((""):rep(100) == "", (""):rep(3, "-"), ("x"):rep("2"))
