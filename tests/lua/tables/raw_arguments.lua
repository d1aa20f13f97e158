-- rawget and rawset want all their arguments, of which nil is one.
print(pcall(rawget, {}))
print(pcall(rawset, {}))
print(pcall(rawset, {}, 1))
print(rawget({ 5 }, nil), rawget({ 5 }, 1))
print(rawset({}, "x", nil).x)
