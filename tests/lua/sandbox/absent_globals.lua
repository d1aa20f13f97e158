-- What could load code or reach the machine is not there.
for _, name in ipairs { "load", "loadstring", "loadfile", "dofile", "collectgarbage", "rawlen", "getfenv", "setfenv",
  "module", "newproxy", "debug", "io", "utf8", "bit32", "_ENV" } do
  if _G[name] ~= nil then print("present: " .. name) end
end
print(load, loadstring, loadfile, dofile, debug, io, collectgarbage, rawlen, _ENV)
