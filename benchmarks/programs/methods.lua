-- Method calls on objects with a metatable.
local Account = {}
Account.__index = Account

function Account.new(balance) return setmetatable({ balance = balance }, Account) end

function Account:deposit(amount) self.balance = self.balance + amount end

function Account:get() return self.balance end

return function()
  local account, total = Account.new(0), 0
  for i = 1, 300000 do
    account:deposit(i)
    total = total + account:get() % 7
  end
  return total
end
