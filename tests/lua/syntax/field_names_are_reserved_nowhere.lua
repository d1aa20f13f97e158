-- Words reserved by the host are field names.
local t = { print = 1, nil_ = 2, ["end"] = 3, ["for"] = 4 }
print(t.print, t.nil_, t["end"], t["for"])
