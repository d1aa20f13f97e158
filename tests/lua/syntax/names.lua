-- Names have letters, digits and underscores; case matters.
local _, _1, a_b, A, a = 1, 2, 3, 4, 5
print(_, _1, a_b, A, a)
local And, END, Function = 1, 2, 3
print(And, END, Function)
local goto_ = 1
print(goto_)
