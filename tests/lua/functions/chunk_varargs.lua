-- The chunk itself is a function with varargs.
print(select("#", ...))
print(... == nil)
