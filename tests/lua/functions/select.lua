-- select from the front and from the back.
print(select(2, "a", "b", "c"))
print(select(-1, "a", "b", "c"), select(-2, "a", "b", "c"))
print(select("#"), select("#", nil), select("#", nil, nil))
print(select(5, 1, 2), select("2", "a", "b"))
print(pcall(function() return select(0, 1) end))
print(pcall(function() return select(-3, 1, 2) end))
