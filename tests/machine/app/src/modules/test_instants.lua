local check = require("check")
local time = require("time")

local MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"
local DAYS = "SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY"
local UNITS = {MICROSECOND = "NANOSECOND", MILLISECOND = "MICROSECOND", SECOND = "MILLISECOND"}
local LAYOUTS = {
    RFC3339 = "2024-03-31T12:30:15Z", RFC3339NANO = "2024-03-31T12:30:15.25Z", RFC822 = "31 Mar 24 12:30 UTC",
    RFC822Z = "31 Mar 24 12:30 +0000", RFC850 = "Sunday, 31-Mar-24 12:30:15 UTC", RFC1123 = "Sun, 31 Mar 2024 12:30:15 UTC",
    RFC1123Z = "Sun, 31 Mar 2024 12:30:15 +0000", DATE_TIME = "2024-03-31 12:30:15", DATE_ONLY = "2024-03-31",
    TIME_ONLY = "12:30:15", KITCHEN = "12:30PM", STAMP = "Mar 31 12:30:15", STAMP_MILLI = "Mar 31 12:30:15.250",
    STAMP_MICRO = "Mar 31 12:30:15.250000", STAMP_NANO = "Mar 31 12:30:15.250000000",
}

local function constants(noon)
    local month, day = 0, -1
    for name in MONTHS:gmatch("%S+") do
        month = month + 1
        check.equal(time[name], month, name)
    end
    for name in DAYS:gmatch("%S+") do
        day = day + 1
        check.equal(time[name], day, name)
    end
    check.equal(time.NANOSECOND, 1, "the smallest unit")
    for greater, smaller in pairs(UNITS) do check.equal(time[greater], 1000 * time[smaller], greater) end
    check.equal(time.HOUR, 60 * time.MINUTE, "an hour")
    check.equal(time.MINUTE, 60 * time.SECOND, "a minute")
    for name, text in pairs(LAYOUTS) do check.equal(noon:format(time[name]), text, name) end
end

local function made()
    local noon = time.date(2024, time.MARCH, 31, 12, 30, 15, 250000000, time.utc)
    local parts = {}
    for _, name in ipairs{"year", "month", "day", "hour", "minute", "second", "nanosecond", "weekday", "year_day"} do
        parts[#parts + 1] = noon[name](noon)
    end
    check.equal(table.concat(parts, " "), "2024 3 31 12 30 15 250000000 0 91", "components")
    check.equal(noon:year() + noon:month() + noon:day() + noon:hour() + noon:minute() + noon:second(), 2115, "one by one")
    check.equal(noon:nanosecond() + noon:weekday() + noon:year_day(), 250000091, "one by one")
    check.equal(table.concat({noon:date()}, "-") .. table.concat({noon:clock()}, ":"), "2024-3-3112:30:15", "parts")
    check.equal(noon:unix(), 1711888215, "seconds")
    check.equal(noon:unix_nano(), 1711888215250000000, "nanoseconds")
    check.equal(time.unix(1711888215, 250000000):equal(noon), true, "from seconds")
    check.equal(noon:is_zero(), false, "not zero")
    check.equal(time.now():sub(noon):hours() > 10000, true, "now")
    return noon
end

local function places(noon)
    local berlin = assert(time.load_location("Europe/Berlin"))
    check.equal(noon:in_location(berlin):format(time.DATE_TIME), "2024-03-31 14:30:15", "summer time")
    check.equal(noon:in_location(berlin):location():string(), "Europe/Berlin", "its location")
    check.equal(noon:in_location(berlin):utc():format(time.TIME_ONLY), "12:30:15", "and back")
    check.equal(noon:in_local():equal(noon), true, "in local time")
    check.equal(time.utc:string(), "UTC", "UTC")
    check.equal(type(time.localtz:string()), "string", "the local time zone")
    local india = time.fixed_zone("IST", 5 * 3600 + 1800)
    check.equal(time.date(2024, 1, 15, 12, 0, 0, 0, india):utc():format(time.TIME_ONLY), "06:30:00", "an offset")
    check.failed(errors.NOT_FOUND, time.load_location("Nowhere/Here"))
    check.failed(errors.INVALID, time.load_location(""))
    return berlin
end

local function read(noon, berlin)
    check.equal(noon:format_rfc3339(), "2024-03-31T12:30:15Z", "RFC 3339")
    check.equal(noon:format("Mon Jan 2, 2006 3:04PM"), "Sun Mar 31, 2024 12:30PM", "a layout")
    check.equal(time.parse(time.RFC3339NANO, "2024-03-31T12:30:15.25Z"):equal(noon), true, "parsed")
    check.equal(time.parse("2006-01-02", "2024-12-29"):year_day(), 364, "a date")
    local there = assert(time.parse("2006-01-02 15:04", "2024-12-29 14:30", berlin))
    check.equal(there:utc():format(time.KITCHEN), "1:30PM", "in a time zone")
    check.failed(errors.INVALID, time.parse(time.RFC3339, "yesterday"))
end

return function()
    local noon = made()
    constants(noon)
    read(noon, places(noon))

    check.equal(noon:add("24h"):sub(noon):hours(), 24, "a text added")
    check.equal(noon:add(90 * time.SECOND):sub(noon):minutes(), 1.5, "a number added")
    check.equal(noon:add((time.parse_duration("-1m"))):format(time.TIME_ONLY), "12:29:15", "a duration added")
    check.raised("invalid duration", noon.add, noon, "soon")
    check.equal(noon:add_date(0, -1, 0):format(time.DATE_ONLY), "2024-03-02", "a month less")
    check.equal(noon:add_date(1, 0, -7):format(time.DATE_ONLY), "2025-03-24", "a year more, a week less")

    local later = noon:add("1ns")
    check.equal(noon:before(later) and later:after(noon) and not noon:equal(later), true, "comparison")
    check.equal(noon:truncate((time.parse_duration("1h"))):format(time.TIME_ONLY), "12:00:00", "truncated")
    check.equal(noon:round((time.parse_duration("1h"))):format(time.TIME_ONLY), "13:00:00", "rounded")
end
