--# __add -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__add=function(a,b) local r=t+1 return r end
print(pcall(function() return t+1 end))

--# __sub -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__sub=function(a,b) local r=t-1 return r end
print(pcall(function() return t-1 end))

--# __mul -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__mul=function(a,b) local r=t*1 return r end
print(pcall(function() return t*1 end))

--# __div -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__div=function(a,b) local r=t/1 return r end
print(pcall(function() return t/1 end))

--# __mod -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__mod=function(a,b) local r=t%1 return r end
print(pcall(function() return t%1 end))

--# __pow -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__pow=function(a,b) local r=t^1 return r end
print(pcall(function() return t^1 end))

--# __unm -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__unm=function(a,b) local r=-t return r end
print(pcall(function() return -t end))

--# __idiv -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__idiv=function(a,b) local r=t//1 return r end
print(pcall(function() return t//1 end))

--# __band -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__band=function(a,b) local r=t&1 return r end
print(pcall(function() return t&1 end))

--# __bor -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__bor=function(a,b) local r=t|1 return r end
print(pcall(function() return t|1 end))

--# __bxor -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__bxor=function(a,b) local r=t~1 return r end
print(pcall(function() return t~1 end))

--# __shl -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__shl=function(a,b) local r=t<<1 return r end
print(pcall(function() return t<<1 end))

--# __shr -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__shr=function(a,b) local r=t>>1 return r end
print(pcall(function() return t>>1 end))

--# __bnot -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__bnot=function(a,b) local r=~t return r end
print(pcall(function() return ~t end))

--# __concat -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__concat=function(a,b) local r=t..1 return r end
print(pcall(function() return t..1 end))

--# __len -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__len=function(a,b) local r=#t return r end
print(pcall(function() return #t end))

--# __eq -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__eq=function(a,b) local r=t==u return r end
print(pcall(function() return t==u end))

--# __lt -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__lt=function(a,b) local r=t<u return r end
print(pcall(function() return t<u end))

--# __le -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__le=function(a,b) local r=t<=u return r end
print(pcall(function() return t<=u end))

--# __index -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__index=function(a,b) local r=t.x return r end
print(pcall(function() return t.x end))

--# __call -> stack overflow
local mt={} t=setmetatable({},mt) u=setmetatable({},mt) mt.__call=function(a,b) local r=t() return r end
print(pcall(function() return t() end))

--# __newindex -> stack overflow
local mt={} t=setmetatable({},mt) mt.__newindex=function(a,k,v) t[k]=v end print(pcall(function() t.x=1 end))

--# __tostring -> stack overflow
local mt={} t=setmetatable({},mt) mt.__tostring=function() return tostring(t) end print(pcall(tostring,t))

--# __tostring fmt -> stack overflow
local mt={} t=setmetatable({},mt) mt.__tostring=function() return string.format("%s",t) end
print(pcall(tostring,t))

--# __tostring print -> stack overflow
local mt={} t=setmetatable({},mt) mt.__tostring=function() print(t) return "" end print(pcall(print,t))

--# __name -> 1016
local t=setmetatable({},{__name=("x"):rep(1000)}) print(#tostring(t))

--# __pairs -> stack overflow
local mt={} t=setmetatable({},mt) mt.__pairs=function() return pairs(t) end print(pcall(pairs,t))

--# __pairs for -> stack overflow
local mt={} t=setmetatable({},mt) mt.__pairs=function() for k in pairs(t) do end return next,{} end
print(pcall(pairs,t))

--# __index cycle -> chain too long
local t={} setmetatable(t,{__index=t}) print(pcall(function() return t.x end))

--# __index cycle2 -> chain too long
local t,u={}, {}
setmetatable(t,{__index=u}) setmetatable(u,{__index=t})
print(pcall(function() return t.x end))
print(pcall(function() t.y=1 end))

--# __newindex cycle -> chain too long
local t={} setmetatable(t,{__newindex=t}) print(pcall(function() t.x=1 end))

--# __index long chain -> chain too long
local t={} for i=1,200000 do t=setmetatable({},{__index=t}) end print(pcall(function() return t.x end))

--# __newindex long chain -> chain too long
local t={} for i=1,200000 do t=setmetatable({},{__newindex=t}) end print(pcall(function() t.x=1 end))

--# __call chain -> attempt to call a table value
local t=print
for i=1,200000 do t=setmetatable({},{__call=t}) end
print(pcall(t))
print(pcall(function() t() end))

--# __call cycle -> attempt to call a table value
local t=setmetatable({},{}) getmetatable(t).__call=t print(pcall(t)) print(pcall(function() return t(1) end))

--# meta of meta -> attempt to call a table value
local t={} t.__index=t t.__newindex=t t.__call=t t.__eq=t t.__lt=t t.__concat=t t.__len=t t.__tostring=t t.__pairs=t
setmetatable(t,t)
print(pcall(function() return t.a end))
print(pcall(function() t.a=1 end))
print(pcall(function() return #t end))
print(pcall(function() return t..t end))
print(pcall(function() return t<t end))
print(pcall(tostring,t))
print(pcall(pairs,t))
print(pcall(t))

