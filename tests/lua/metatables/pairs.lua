-- __pairs gives the iterator, state and start of pairs.
local t = setmetatable({}, { __pairs = function(self)
  return function(state, k)
    k = (k or 0) + 1
    if k <= state then return k, k * k end
  end, 3, nil
end })
for k, v in pairs(t) do print(k, v) end
