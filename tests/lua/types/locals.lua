-- Annotations of locals have no effect on the program.
local n: number = 5
local s: string, flag: boolean = "text", true
local i: integer = 7 // 2
local later: string
later = 12
local anything: any = nil
print(n, s, flag, i, later, anything)
