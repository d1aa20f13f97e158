-- Type statements of all shapes are erased.
type Point = { x: number, y: number }
type Id = string | number
type Tree<T> = { value: T, left: Tree<T>?, right: Tree<T>? }
type Handler = (event: string, ...any) -> boolean
type Pair<A, B: any> = { first: A, second: B }
local p: Point = { x = 1, y = 2 }
local t: Tree<number> = { value = 1, left = { value = 2 } }
local h: Handler = function(event: string): boolean return event == "go" end
local id: Id = "a"
print(p.x + p.y, t.left.value, h("go"), id)
