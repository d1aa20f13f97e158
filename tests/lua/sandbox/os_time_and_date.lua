-- Times in UTC go back and forth.
print(os.time({ year = 2020, month = 1, day = 1, hour = 0 }) ~= nil)
print(os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!%d/%m/%y", 86400))
local d = os.date("!*t", 1000000000)
print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst)
print(os.difftime(10, 4), os.clock() >= 0, os.time() > 1600000000)
local now = os.time()
print(os.time(os.date("*t", now)) == now)
