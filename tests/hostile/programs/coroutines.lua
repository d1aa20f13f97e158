--# co -> stack overflow
local function f() return coroutine.wrap(f)() end print(pcall(f))

--# co resume -> stack overflow
local function f() return coroutine.resume(coroutine.create(f)) end print(f())

--# co resume nt -> true
local function f() local a,b,c= coroutine.resume(coroutine.create(f)) return a,b end print(f())

--# co iter -> stack overflow
local function f() for x in coroutine.wrap(function() f() coroutine.yield(1) end) do end end print(pcall(f))

--# co yield deep -> stack overflow
local function f(n) local c=coroutine.wrap(f) c(n+1) coroutine.yield() end print(pcall(f,1))

--# co alive -> 20000
local t={}
for i=1,20000 do local c=coroutine.create(function() coroutine.yield() end) coroutine.resume(c) t[i]=c end
print(#t)

--# co self -> cannot resume
local c c=coroutine.create(function() return coroutine.resume(c) end)
print(coroutine.resume(c)) local w w=coroutine.wrap(function() return w() end)
print(pcall(w))

--# co deep rec -> stack overflow
local function r() return 1+r() end for i=1,5 do print(coroutine.resume(coroutine.create(r))) end

--# co deep yield -> true
local function r(n) if n==0 then coroutine.yield(1) return 0 end return 1+r(n-1) end local t={}
for i=1,20 do local c=coroutine.create(r) t[i]=c
print(coroutine.resume(c,50000)) end
for i=1,20 do
print(coroutine.resume(t[i])) end

--# co in error -> '__tost
local c=coroutine.create(function()
error(setmetatable({},{__tostring=function() return coroutine.yield(2) end})) end)
print(coroutine.resume(c))

--# co chain resume -> true
local c
for i=1,5000 do local p=c c=coroutine.create(function() if p then coroutine.resume(p) end coroutine.yield() end) end
print(coroutine.resume(c))

--# co held chain -> 1
local c
for i=1,100000 do local p=c c=coroutine.create(function() return p end) end c=nil collectgarbage=nil
print(1)

--# co held chain2 -> 1
local c
for i=1,20000 do local p=c c=coroutine.wrap(function() coroutine.yield() return p end) c() end c=nil
print(1)

