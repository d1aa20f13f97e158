--# sort cmp err -> false
print(pcall(table.sort,{3,2,1,5,4},function() error{} end))

--# sort inconsistent -> 2000
local t={} for i=1,2000 do t[i]=i end table.sort(t,function() return true end) print(#t)

--# rep -> too large
print(pcall(string.rep,"x",1e10))
print(pcall(function() return ("x"):rep(1e10) end))
print(pcall(string.rep,"x",1<<60,"sep"))
print(pcall(string.rep,"",1<<62))
print(pcall(string.rep,"",1e9,"x"))
print(pcall(string.rep,"x",math.maxinteger))

--# concat dbl -> too large
local s="x" print(pcall(function() while true do s=s..s end end))

--# concat dbl3 -> too large
local s="x" print(pcall(function() while true do s=s..s..s..s end end))

--# concat tbl -> too large
local t={} local s=("x"):rep(1<<20)
for i=1,1000 do t[i]=s end
print(pcall(table.concat,t))
print(pcall(table.concat,{"a","b"},s,-1e9,1e9))
print(pcall(table.concat,{},"x",1,1e15))
print(pcall(table.concat,setmetatable({},{__len=function() return 1e15 end,__index=function() return "" end})))

--# format -> too long
print(pcall(string.format,"%99999999d",1))
print(pcall(string.format,"%.99999999f",1))
print(pcall(string.format,"%"..("0"):rep(1e6).."d",1))
print(pcall(string.format,("%99d"):rep(5e6)))
print(pcall(string.format,("%s"):rep(300),table.unpack({},1,300)))
print(pcall(string.format,"%5.200s","x"))
print(pcall(string.format,"%q",1/0))
print(pcall(string.format,"%",1))
print(pcall(string.format,"%c",1e9))

--# unpack -> too many
print(pcall(table.unpack,{},1,1e9))
print(pcall(table.unpack,{},math.mininteger,math.maxinteger))
print(pcall(unpack,{},1,1e6))
print(select("#",table.unpack({},1,1e6-1)))
print(pcall(table.unpack,{},-1e15,1e15))
print(pcall(string.byte,("x"):rep(1e8),1,-1))

--# select -> out of range
print(pcall(select,math.mininteger))
print(pcall(select,math.maxinteger,1))
print(pcall(select,-1))
print(pcall(select,"#",table.unpack({},1,900000)))

--# create -> out of range
print(pcall(table.create,1e15))
print(pcall(table.create,1<<62,1<<62))
print(pcall(table.create,1e8)) 
print(pcall(table.create,-1))

--# move -> too many
print(pcall(table.move,{},1,1e15,2))
print(pcall(table.move,{},math.mininteger,math.maxinteger,1))
print(pcall(table.insert,{},math.maxinteger,1))
print(pcall(table.insert,setmetatable({},{__len=function() return math.maxinteger end}),1))
print(pcall(table.remove,setmetatable({},{__len=function() return math.maxinteger end}),1))
print(pcall(table.remove,setmetatable({},{__len=function() return math.mininteger end})))

--# sort huge -> false
print(pcall(table.sort,setmetatable({},{__len=function() return math.maxinteger end})))
print(pcall(table.sort,setmetatable({},{__len=function() return 1e6 end,__index=function(t,k) return k end})))

--# pack -> too large
print(pcall(string.pack,"s16","x"))
print(pcall(string.pack,"c99999999999","x"))
print(pcall(string.unpack,"c99999999999","x"))
print(pcall(string.packsize,("c2147483647"):rep(100)))
print(pcall(string.pack,("!16i16"):rep(10),1))
print(pcall(string.unpack,("b"):rep(2e6),("x"):rep(2e6)))
print(pcall(string.pack,"!17"))
print(pcall(string.unpack,"s8",("\255"):rep(9)))print(pcall(string.pack,("x"):rep(1e7)))

--# tonumber -> true
print(pcall(tonumber,("9"):rep(1e6)))
print(pcall(tonumber,("9"):rep(1e6),10))
print(pcall(tonumber,("z"):rep(1e6),36))
print(pcall(tonumber,"0x"..("f"):rep(1e6)))
print(pcall(tonumber,"1e"..("9"):rep(1e6)))
print(pcall(tonumber,"0x1p"..("9"):rep(1e5))) 
print(pcall(tonumber,"0x"..("f"):rep(1e5)..".8"))
print(("9"):rep(1e5)+1)
print(pcall(function() return ("1"):rep(5000)|1 end))

--# arith -> true
print(pcall(function() return 2^1e308, 1e308*10, math.mininteger//-1, math.mininteger%-1, 1<<1e15, 1<<-5, 0/0 end))
print(pcall(function() return 1//0 end))
print(pcall(function() return 1.5|0 end))
print(2^53|0, pcall(function() return 1e100|0 end))
print((-8)^(1/3), 10^400, (-2)^1025)

--# strings cmp -> true
local s=("x"):rep(1e8) print(s==s.."", s<s.."y")

--# varargs -> 200000
local function f(...) return ... end
print(select("#",f(table.unpack({},1,200000)))) local t={f(table.unpack({},1,200000))}
print(#t)

--# vararg dbl -> too many
local function f(n,...) if n==0 then return select("#",...) end local t={...}
for i=1,#t do t[#t+1]=1 end return f(n-1,table.unpack(t)) end
print(pcall(f,25,1))

--# for huge -> false
print(pcall(function()
for i=1,math.huge do if i>1e6 then
error("stop") end end end))
print(pcall(function()
for i=math.maxinteger-1,math.maxinteger do end end))
print(pcall(function()
for i=1,0/0 do end end))
print(pcall(function()
for i=1,2,0 do end end))
for i=math.mininteger,math.maxinteger,math.maxinteger do
print(i) end
print(pcall(function()
for i=1.0,2,1e-17 do
error("s") end end))

--# next -> true
print(pcall(next,{},1))
print(pcall(next,{},{}))
print(pcall(next,{1},0/0)) local t={1,2,3,a=1,b=2} for k in pairs(t) do t[k]=nil t[k..""]=nil end
print(next(t))
for i=1,1000 do t[i]=i end for k in pairs(t) do t[k+1000]=1 if k>5000 then break end end
print("ok")

--# ipairs grow -> false
local t={1} print(pcall(function() for i,v in ipairs(t) do t[i+1]=1 if i>1e5 then error("big") end end end))

--# math.random -> too large
print(pcall(math.random,0))
print(pcall(math.random,2,1))
print(pcall(math.random,math.mininteger,math.maxinteger))
print(pcall(math.random,1e308))
print(pcall(math.randomseed,{}))
print(pcall(math.randomseed,1e308))
print(pcall(math.fmod,1,0))
print(pcall(math.fmod,math.mininteger,-1))
print(pcall(math.tointeger,{}))
print(pcall(math.floor,1e308))
print(pcall(math.ceil,0/0))
print(pcall(math.abs,math.mininteger))
print(pcall(math.exp,1e10))
print(pcall(math.log,-1))
print(pcall(math.log,0))
print(pcall(math.sqrt,-1))
print(pcall(math.ldexp and math.ldexp or print,1,1e9))
print(pcall(math.acos,5))
print(pcall(math.sin,1/0))print(pcall(math.pow or print,-8,1/3))print(pcall(math.sinh or print,1e10))
print(pcall(math.log,8,0))
print(pcall(math.log,8,1))

--# os -> true
print(pcall(os.date,("%Y"):rep(1e5)))
print(pcall(os.date,"%Ez"))
print(pcall(os.date,"*t",1e308))
print(pcall(os.date,"*t",math.maxinteger))
print(pcall(os.date,"!*t",-1e17))
print(pcall(os.time,{year=1e15,month=1,day=1}))
print(pcall(os.time,{year=2020,month=math.maxinteger,day=1}))
print(pcall(os.time,{year=2020,month=1,day=math.mininteger}))
print(pcall(os.date,"%\0"))
print(pcall(os.date,"\255%"))
print(pcall(os.difftime,1e308,-1e308))
print(pcall(os.time,{}))

--# select neg -> nil
print(select(-1,table.unpack({},1,1000)))

--# string idx -> false
print(pcall(function() return ("x").y.z end))
print(pcall(function() local s="x" s.y=1 end))
print(pcall(function() return ("x")() end))
print(#"x", pcall(function() return #5 end))

--# concat next to limit -> too large
local s=("x"):rep((1<<28)-1)
print(#s, pcall(function() return s.."xy" end))
print(pcall(string.upper,s.."x")~=nil)

