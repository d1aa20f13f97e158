--# err cyc -> (error object is a table
local e={} e.e=e setmetatable(e,{__tostring=function()
error(e) end})
print(pcall(error,e))
print(pcall(tostring,e))
error(e)

--# err tostring raise -> (error object is a table
error(setmetatable({},{__tostring=function() error("in tostring") end}))

--# err tostring overflow -> (error object is a table
local function r() return 1+r() end error(setmetatable({},{__tostring=r}))

--# err nil -> nil
error()

--# err fn -> (error object is a functi
error(print)

--# err co -> (error object is a thread
error(coroutine.create(print))

--# err big -> xxxxxxx
error(("x"):rep(1e7))

--# err nul -> a
error("a\0b\255\n\27[31m")

--# error level -> false
print(pcall(error,"x",math.maxinteger))
print(pcall(error,"x",math.mininteger))
print(pcall(error,"x",1e308))
print(pcall(error,"x","y"))

--# error lvl deep -> false
local function f(n) if n==0 then error("x",49999) end return 1+f(n-1) end print(pcall(f,50000))

--# assert -> false
print(pcall(assert,false,{})) print(pcall(assert)) print(pcall(assert,nil,nil))

