-- max and min keep the subtype of the winner.
print(math.max(1, 5, 3), math.min(4, 2, 8), math.max(2.5, 1), math.max(3))
print(math.type(math.max(1, 2.5)), math.type(math.max(3, 2.5)), math.type(math.min(1, 1.0)))
print((pcall(math.max)), (pcall(math.min)))
