-- Primes by trial division, all kinds of flow in one.
local primes, n = {}, 2
repeat
  local is_prime = true
  for _, p in ipairs(primes) do
    if p * p > n then break end
    if n % p == 0 then is_prime = false break end
  end
  if is_prime then primes[#primes + 1] = n end
  n = n + 1
until #primes == 15
print(table.concat(primes, " "))
