-- Of several wrong operands of a numeric for the limit is told first, then the step, then the start.
print(pcall(function() for i = {}, {}, {} do end end))
print(pcall(function() for i = {}, 1, {} do end end))
print(pcall(function() for i = {}, 1, 1 do end end))
