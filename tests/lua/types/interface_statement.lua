-- Interface statements are erased.
interface Reader
  function read(n: number): string
  function close()
end
interface Named
  function name(): string
end
interface File: Reader, Named
  function path(): string
end
local f: File = { read = function(_, n: number): string return ("r"):rep(n) end }
print(f:read(3))
