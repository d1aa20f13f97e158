-- Methods with a colon take self.
local account = { balance = 10 }
function account:deposit(n) self.balance = self.balance + n return self end
function account.describe(self, prefix) return prefix .. self.balance end
print(account:deposit(5):deposit(1).balance)
print(account:describe("has "), account.describe({ balance = 0 }, "other "))
local deep = { a = { b = {} } }
function deep.a.b.f(x) return x end
function deep.a.b:g(x) return self == deep.a.b, x end
print(deep.a.b.f(1), deep.a.b:g(2))
