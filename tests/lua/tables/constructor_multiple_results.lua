-- Only the last item spreads its results, and parentheses stop it.
local function three() return 1, 2, 3 end
print(#{ three() }, #{ three(), 10 }, #{ 10, three() }, #{ (three()) }, #{ three(), three() })
local function none() end
print(#{ none() }, #{ 1, none() }, #{ none(), 1 }, #{ k = three() })
local function args(...) return { ... } end
print(#args(), #args(1, 2), select("#", table.unpack(args(nil, nil))))
