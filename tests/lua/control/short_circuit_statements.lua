-- Calls in conditions happen only where needed.
local log = {}
local function t(name) log[#log + 1] = name return true end
local function f(name) log[#log + 1] = name return false end
if t("a") and f("b") and t("c") then print("never") end
if f("d") or t("e") or t("f") then log[#log + 1] = "in" end
while f("g") or f("h") do end
print(table.concat(log, " "), not (t("i") and f("j")))
