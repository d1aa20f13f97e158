-- What people see of a run of tests, on a terminal or in a file.

local io = require("io")

local M = {}
local COLOURS = {green = "32", red = "31", yellow = "33", dim = "2", bold = "1"}

-- `plain` leaves the colours out.
function M.new(plain)
    local self = {}

    local function paint(text, colour)
        if plain then return text end
        return "\27[" .. COLOURS[colour] .. "m" .. text .. "\27[0m"
    end

    local function took(ms)
        if ms < 1 then return "<1ms" end
        if ms < 1000 then return string.format("%dms", math.floor(ms)) end
        return string.format("%.1fs", ms / 1000)
    end

    function self.begin(entries, suites, filters)
        io.print("")
        io.print(paint("  Running Tests", "bold"))
        io.print("")
        if #filters > 0 then io.print("  Filter: " .. table.concat(filters, ", ")) end
        io.print(string.format("  %d tests in %d suites", entries, suites))
        io.print("")
    end

    function self.suite(name, cases)
        local passed, failed, skipped, ms = 0, 0, 0, 0
        for _, case in ipairs(cases) do
            ms = ms + (case.duration or 0)
            if case.status == "passed" then passed = passed + 1
            elseif case.status == "failed" then failed = failed + 1
            else skipped = skipped + 1 end
        end
        local mark = failed > 0 and paint("x", "red") or paint("o", "green")
        local tail = failed > 0 and paint(failed .. " failed", "red") or string.format("%d/%d", passed, #cases)
        if skipped > 0 then tail = tail .. "  " .. paint(skipped .. " skipped", "yellow") end
        io.print(string.format("  %s %s (%d)  %s  %s", mark, paint(name, "bold"), #cases, tail, paint(took(ms), "dim")))
        for _, case in ipairs(cases) do
            if case.status == "passed" then
                io.print("    " .. paint("o", "green") .. " " .. case.name .. " " .. paint(took(case.duration or 0), "dim"))
            elseif case.status == "failed" then
                io.print("    " .. paint("x", "red") .. " " .. case.name)
            else
                io.print("    " .. paint("- " .. case.name .. " (skipped)", "yellow"))
            end
        end
    end

    function self.finish(total, failures, ms)
        if #failures > 0 then
            io.print("")
            io.print(paint("  Failures", "bold"))
            for _, failure in ipairs(failures) do
                io.print("")
                io.print("  " .. paint(failure.suite .. " > " .. failure.name, "red"))
                for line in (failure.error .. "\n"):gmatch("(.-)\n") do io.print("    " .. line) end
            end
        end
        io.print("")
        local word = total.failed > 0 and paint("  FAILED", "red") or paint("  PASSED", "green")
        local counts = total.failed > 0 and string.format("%d passed  %d failed", total.passed, total.failed)
            or string.format("%d tests", total.passed)
        if total.skipped > 0 then counts = counts .. string.format("  %d skipped", total.skipped) end
        io.print(word .. "   " .. counts .. "  " .. took(ms))
        io.print("")
    end

    return self
end

return M
