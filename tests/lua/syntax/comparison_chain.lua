-- Comparisons associate to the left and do not chain.
print(1 < 2 == true, "a" == "a" == true, 1 == 1 ~= false)
print(pcall(function() return 1 < 2 < 3 end))
