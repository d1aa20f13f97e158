-- And a method of an object, as state machines are written.
local machine = { steps = 0 }
function machine:run(n) self.steps = self.steps + 1 if n == 0 then return self.steps end return self:run(n - 1) end
print(machine:run(300000))
