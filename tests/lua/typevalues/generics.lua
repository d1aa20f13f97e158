-- Generic types are put to use by Box<string> and by Box(string).
type Box<T> = {value: T}
type Pair<A, B> = {a: A, b: B}
type StringBox = Box<string>
type Tree<T> = {value: T, left?: Tree<T>}
print(StringBox:is({value = "x"}) ~= nil, StringBox:is({value = 5}))
print(Box(string), Box(integer):is({value = "x"}))
print(Pair(number, Box(string)))
print(pcall(Pair, number))
print(pcall(Box, number, 5))
print(pcall(number, number))
print(Tree(number):is({value = 1, left = {value = "x"}}))
print(StringBox:kind(), Box:kind())
for name, bound in Pair:tparams() do print(name, bound) end
