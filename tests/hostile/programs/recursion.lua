--# direct -> stack overflow
local function f() return 1+f() end return pcall(f)

--# direct uncaught -> stack overflow
local function f() return 1+f() end f()

--# pcall -> stack overflow
local function f() return pcall(f) end print(f())

--# pcall nontail -> true
local function f() local a,b=pcall(f) return a,b end print(f())

--# xpcall -> stack overflow
local function f() return xpcall(f,f) end print(f())

--# xpcall handler -> stack overflow
local function h(e) local a,b = xpcall(error,h,e) return b end print(xpcall(error,h,"x"))

--# xpcall handler err -> false
local function h(e) error(e) end print(xpcall(error,h,"x"))

--# xpcall rec in handler -> stack overflow
local function h(e) return h(e)..1 end print(xpcall(error,h,"x"))

--# xpcall handler overflow -> stack overflow
local function r() return 1+r() end print(xpcall(r,function(e) return r() end))

--# sort -> stack overflow
local function f() table.sort({3,2,1},f) end print(pcall(f))

--# sort lt -> stack overflow
local mt={} mt.__lt=function(a,b) table.sort({setmetatable({},mt),setmetatable({},mt)}) return true end
print(pcall(table.sort,{setmetatable({},mt),setmetatable({},mt)}))

--# gsub -> stack overflow
local function f() return (("x"):gsub("x",f)) end print(pcall(f))

--# gsub tbl -> stack overflow
local t=setmetatable({},{}) getmetatable(t).__index=function(_,k) return (("x"):gsub("x",t)) end
print(pcall(string.gsub,"x","x",t))

--# gmatch -> stack overflow
local function f() for x in ("x"):gmatch("x") do f() end end print(pcall(f))

--# forin -> stack overflow
local function f() for x in f do end end print(pcall(f))

--# forin2 -> stack overflow
local function f() for x in function() f() end do end end print(pcall(f))

--# closure call chain -> stack overflow
local f=function() return 1 end
for i=1,300000 do local p=f f=function() local x=p() return x end end
print(pcall(f))

--# mixed -> false
local mt={} local f local n=0 f=function(x) n=n+1 local k=n%6 if k==0 then return pcall(f) elseif k==1 then return (("x"):gsub("x",f)) elseif k==2 then table.sort({1,2},f) elseif k==3 then return coroutine.wrap(f)() elseif k==4 then return setmetatable({},{__index=f}).x elseif k==5 then return tostring(setmetatable({},{__tostring=f})) end end
print(pcall(f))

--# mixed2 -> true
local n=0
local function f() n=n+1 if n%50==0 then local a,b=coroutine.resume(coroutine.create(f)) return a else local x=f() return x end end
print(pcall(f))

--# mixed3 -> true
local n=0
local function f() n=n+1 if n%2==0 then local a=coroutine.wrap(f)() return a else local x=xpcall(f,function(e) return f() end) return x end end
print(pcall(f))

--# goto loop rec -> 0
local function f(n) ::a:: if n>0 then n=n-1 goto a end return f(1e3) end local n=0 print(n)

--# tail loop -> done
local function f(n) if n==0 then return "done" end return f(n-1) end print(f(1000000))

