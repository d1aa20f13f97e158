--# pattern -> too complex
local s=("a"):rep(40) print(pcall(string.find,s,("a*"):rep(40).."b"))

--# pattern2 -> too complex
local s=("a"):rep(100000) print(pcall(string.find,s,".-.-.-.-b"))

--# pattern3 -> too complex
print(pcall(string.find,("a"):rep(1e6),("(a"):rep(40))) 
print(pcall(string.find,"x",("("):rep(1e5)))
print(pcall(string.rep,"%b()",1e5))
print(pcall(string.match,("("):rep(1e6),"%b()"))
print(pcall(string.gsub,("("):rep(3e4),"%b()",""))

--# pattern4 -> too complex
print(pcall(string.gsub,("a"):rep(1e5),"a*b",""))
print(pcall(string.gsub,("a"):rep(1e6),"","xx"))
print(pcall(string.find,("a"):rep(1e5),("a?"):rep(1e5)..("a"):rep(1e5)))

--# pattern5 -> too complex
print(pcall(string.find,("a"):rep(300000),(".-"):rep(3).."$x"))
print(pcall(string.find,("x"):rep(1e6),"(x)%1%1%1y")) 
print(pcall(string.match,("x"):rep(1e6),"^(x*)%1z"))
print(pcall(string.find,"x","%f"))
print(pcall(string.find,"x","["))
print(pcall(string.find,"x","[%"))
print(pcall(string.find,"x","%"))
print(pcall(string.find,"x","%b"))
print(pcall(string.find,"x","%9"))

--# gsub grow -> too large
print(pcall(string.gsub,("a"):rep(1e6),"a",("b"):rep(1e4)))
print(pcall(string.gsub,("a"):rep(1e6),"a",function() return ("b"):rep(1e6) end))
print(pcall(string.gsub,("a"):rep(1e5),".*",("%0"):rep(1e5)))

