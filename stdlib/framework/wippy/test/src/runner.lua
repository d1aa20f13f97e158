-- Runs all entries with `meta.type: test`, one after the other, and tells how each case fares.

local events = require("events")
local funcs = require("funcs")
local io = require("io")
local registry = require("registry")
local time = require("time")
local report = require("report")

local TOPIC = "test:update"
local PATIENCE = "1s"

-- Words that begin with "--" are for the runner: --json leaves the page out, for whoever listens to the event with the
-- results, and --plain the colours.
local function read_words(...)
    local filters, options = {}, {}
    for _, word in ipairs({...}) do
        if word:sub(1, 2) == "--" then options[word:sub(3)] = true else table.insert(filters, word) end
    end
    return filters, options
end

local function chosen(entry, filters)
    if #filters == 0 then return true end
    for _, filter in ipairs(filters) do
        if entry.id:find(filter, 1, true) then return true end
    end
    return false
end

local function order(a, b)
    local ma, mb = a.meta or {}, b.meta or {}
    local sa, sb = tostring(ma.suite), tostring(mb.suite)
    if sa ~= sb then return sa < sb end
    local oa, ob = tonumber(ma.order) or 0, tonumber(mb.order) or 0
    if oa ~= ob then return oa < ob end
    return a.id < b.id
end

local function discover(filters)
    local found = {}
    local snapshot, err = registry.snapshot()
    if err then error(err) end
    for _, entry in ipairs(snapshot:find({["meta.type"] = "test"})) do
        if chosen(entry, filters) then table.insert(found, entry) end
    end
    table.sort(found, order)
    return found
end

-- The state of one entry while it runs: what it has told, and whether it has told that it is at its end.
local function note(state, message)
    local data = message.data or {}
    if data.ref_id ~= state.ref then return end
    if message.type == "test:case:pass" or message.type == "test:case:fail" or message.type == "test:case:skip" then
        local status = message.type:sub(11)
        table.insert(state.cases, {
            name = data.test, suite = data.suite, duration = (data.duration or 0) * 1000, error = data.error,
            status = status == "pass" and "passed" or status == "fail" and "failed" or "skipped"})
    elseif message.type == "test:complete" then
        state.complete = true
    elseif message.type == "test:error" then
        state.problem = data.message
    end
end

local function drain(state, updates)
    local patience = time.after(PATIENCE)
    while not state.complete and state.problem == nil do
        local got = channel.select({updates:case_receive(), patience:case_receive()})
        if got.channel == patience then return end
        note(state, got.value)
    end
end

local function await(state, future, updates, limit)
    local answer, late = future:response(), time.after(limit)
    while true do
        local got = channel.select({updates:case_receive(), answer:case_receive(), late:case_receive()})
        if got.channel == updates then
            note(state, got.value)
        elseif got.channel == late then
            future:cancel()
            return nil, "test timed out"
        else
            local payload, err = future:result()
            return payload, err
        end
    end
end

local function label(entry)
    return entry.meta and entry.meta.name or entry.id
end

local function run_entry(entry, updates)
    local state = {ref = entry.id, cases = {}, complete = false}
    local executor = funcs.new():with_context({parent_pid = process.pid(), test_topic = TOPIC})
    local began = time.now()
    local future, problem = executor:async(entry.id, {pid = process.pid(), topic = TOPIC, ref_id = entry.id})
    local payload
    if future then
        payload, problem = await(state, future, updates, entry.meta and entry.meta.timeout or "30s")
        if problem == nil and #state.cases > 0 then drain(state, updates) end
    end
    local ms = time.now():sub(began):milliseconds()
    if #state.cases == 0 or state.problem ~= nil or tostring(problem) == "test timed out" then
        local case = {name = label(entry), suite = label(entry), duration = ms, status = "passed"}
        if problem ~= nil or state.problem ~= nil then
            case.status, case.error = "failed", state.problem or tostring(problem)
        elseif payload and payload:data() == false then
            case.status, case.error = "failed", "test returned false"
        end
        table.insert(state.cases, case)
    end
    return state.cases
end

local function tally(suites)
    local total, failures = {passed = 0, failed = 0, skipped = 0}, {}
    for _, suite in ipairs(suites) do
        for _, case in ipairs(suite.cases) do
            total[case.status] = total[case.status] + 1
            if case.status == "failed" then table.insert(failures, case) end
        end
    end
    return total, failures
end

-- Tells the results to whoever listens: the command writes its reports from them.
local function publish(suites, total, ms)
    local told = {}
    for _, suite in ipairs(suites) do table.insert(told, {name = suite.name, cases = suite.cases}) end
    events.send("wippy.test", "results", "all", {suites = told, passed = total.passed, failed = total.failed,
        skipped = total.skipped, duration_ms = ms})
end

local function by_suite(entries)
    local suites, known = {}, {}
    for _, entry in ipairs(entries) do
        local name = tostring(entry.meta and entry.meta.suite)
        if not known[name] then
            known[name] = {name = name, entries = {}, cases = {}}
            table.insert(suites, known[name])
        end
        table.insert(known[name].entries, entry)
    end
    return suites
end

local function main(...)
    local filters, options = read_words(...)
    local entries = discover(filters)
    local quiet = options.json
    if #entries == 0 then
        if not quiet then
            io.print(#filters > 0 and "No tests match: " .. table.concat(filters, ", ") or "No tests found")
        end
        publish({}, tally({}), 0)
        return 0
    end
    local suites = by_suite(entries)
    local page = report.new(options.plain)
    if not quiet then page.begin(#entries, #suites, filters) end
    local updates = process.listen(TOPIC)
    local began = time.now()
    for _, suite in ipairs(suites) do
        for _, entry in ipairs(suite.entries) do
            for _, case in ipairs(run_entry(entry, updates)) do
                case.entry = entry.id
                table.insert(suite.cases, case)
            end
        end
        if not quiet then page.suite(suite.name, suite.cases) end
    end
    local total, failures = tally(suites)
    local ms = time.now():sub(began):milliseconds()
    publish(suites, total, ms)
    if not quiet then page.finish(total, failures, ms) end
    return total.failed == 0 and 0 or 1
end

return {main = main}
