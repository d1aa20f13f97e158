--# closure chain -> 1
local f for i=1,1000000 do local p=f f=function() return p end end f=nil print(1)

--# nested mil -> freed
local t={} for i=1,1000000 do t={t} end print(type(tostring(t))) t=nil print("freed")

--# nested mil keyed -> freed
local t={} for i=1,1000000 do t={x=t} end t=nil print("freed")

--# nested mil key -> freed
local t={} for i=1,1000000 do t={[t]=1} end t=nil print("freed")

--# nested mil exit -> kept
t={} for i=1,1000000 do t={t} end print("kept")

--# nested mil meta -> freed
local t={} for i=1,1000000 do t=setmetatable({},t) end t=nil print("freed")

--# nested mil mixed -> freed
local t={}
for i=1,300000 do local p=t t=setmetatable({function() return p end},{__index=p}) end t=nil
print("freed")

--# nested cyc -> freed
local t={} t[1]=t t[t]=t for i=1,1000000 do t={t,t=t} end t=nil print("freed")

--# errors details -> true
local t={}
for i=1,1000000 do t={t} end
print(pcall(errors.new,{message="x",details=t})) local c={} c.c=c local e=errors.new{message="x",details=c}
print(e, type(e:details()))

--# errors details wide -> x
local function w(n) if n==0 then return 1 end local x=w(n-1) return {x,x} end local e=errors.new{message="x",details=w(22)}
print(e)

--# errors wrap -> 1
local e=errors.new("x") for i=1,3000 do e=errors.wrap(e,"c") end print(#tostring(e)) print(#e:stack())

--# many tables share -> x
local t={} for i=1,60 do t={t,t} end print(errors.new{message="x",details=t})

