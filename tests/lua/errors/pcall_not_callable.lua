-- pcall of what cannot be called gives the error.
print(pcall(5))
print(pcall(nil))
print(pcall({}))
print(pcall("text"))
