-- A function expression in parentheses can be called.
print((function(a, b) return a * b end)(6, 7))
print((function(...) return select("#", ...) end)(nil, nil, nil))
