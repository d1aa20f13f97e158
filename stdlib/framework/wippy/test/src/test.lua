-- Tests described in words: describe, it, hooks around them, assertions, mocks; and messages about how they fare.

local time = require("time")
local assertions = require("assertions")
local expect = require("expectations")
local mocks = require("mocks")

local M = {}
for name, assertion in pairs(assertions) do M[name] = assertion end
M.expect = expect

-- --- what is described -------------------------------------------------------

-- The block that is being described; nil outside of any.
local current = nil
local topic = "test:update"

local function block(name, parent)
    return {name = name, parent = parent, cases = {}, blocks = {}, after_each = {}}
end

function M.describe(name, body)
    local outer = current
    if outer == nil then error("describe stands in the function given to run_cases", 2) end
    current = block(name, outer)
    table.insert(outer.blocks, current)
    local made = current
    body()
    current = outer
    return made
end

M.spec = M.describe
M.context = M.describe

local function here(what)
    if current == nil or current.parent == nil then error(what .. " must be inside of describe", 3) end
    return current
end

function M.it(name, body)
    table.insert(here("it").cases, {name = name, body = body})
end

function M.it_skip(name, body)
    table.insert(here("it_skip").cases, {name = name, body = body, skipped = true})
end

function M.before_all(body) here("before_all").before_all = body end
function M.after_all(body) here("after_all").after_all = body end
function M.before_each(body) here("before_each").before_each = body end
function M.after_each(body) table.insert(here("after_each").after_each, body) end

local function is_ours(name)
    return name == topic or (type(name) == "string" and name:sub(1, 5) == "test:")
end

function M.mock(path, replacement) mocks.mock(path, replacement, is_ours) end
function M.mock_process(field, replacement) mocks.mock("process." .. field, replacement, is_ours) end
M.restore_mock = mocks.restore
M.restore_all_mocks = mocks.restore_all

-- --- messages ----------------------------------------------------------------

local function messenger(options)
    local target, ref = options.pid, options.ref_id
    return function(kind, data)
        if target == nil then return end
        data.ref_id = ref
        mocks.real_send()(target, topic, {type = kind, data = data})
    end
end

-- --- running -----------------------------------------------------------------

local function seconds_since(began)
    return time.now():sub(began):seconds()
end

local function full_name(found)
    local name = found.name
    local outer = found.parent
    while outer ~= nil and outer.parent ~= nil do
        name = outer.name .. " > " .. name
        outer = outer.parent
    end
    return name
end

-- Gives all blocks that have cases, outer ones before inner ones, in the order in which they are written.
local function flatten(found, into)
    if #found.cases > 0 then table.insert(into, found) end
    for _, inner in ipairs(found.blocks) do flatten(inner, into) end
    return into
end

local function outward(found)
    local chain = {}
    while found ~= nil and found.parent ~= nil do
        table.insert(chain, found)
        found = found.parent
    end
    return chain
end

local function plan_of(blocks)
    local suites = {}
    for _, found in ipairs(blocks) do
        local tests = {}
        for _, case in ipairs(found.cases) do table.insert(tests, {name = case.name, skipped = case.skipped}) end
        table.insert(suites, {name = full_name(found), tests = tests})
    end
    return {suites = suites}
end

local function text_of(err)
    local text = tostring(err)
    local stack = type(err) ~= "string" and errors.call_stack and errors.call_stack(err) or nil
    for _, frame in ipairs(stack and stack.frames or {}) do
        text = text .. "\n    " .. tostring(frame.source) .. ":" .. tostring(frame.line) .. " " .. tostring(frame.name or "")
    end
    return text
end

local function run_case(found, case)
    local chain = outward(found)
    for index = #chain, 1, -1 do
        if chain[index].before_each then chain[index].before_each() end
    end
    local began = time.now()
    local fine, err = pcall(case.body)
    local duration = seconds_since(began)
    for _, outer in ipairs(chain) do
        for _, hook in ipairs(outer.after_each) do hook() end
    end
    mocks.restore_all()
    return fine, err, duration
end

local Run = {}
Run.__index = Run

function Run:case(found, case, suite)
    local name = full_name(found)
    local entry = {name = case.name, status = "skipped", duration_ms = 0}
    table.insert(suite.tests, entry)
    if case.skipped then
        self.result.skipped_tests = self.result.skipped_tests + 1
        self.send("test:case:skip", {suite = name, test = case.name, timestamp = os.time()})
        return
    end
    self.send("test:case:start", {suite = name, test = case.name, timestamp = os.time()})
    self.result.total_tests = self.result.total_tests + 1
    local fine, err, duration = run_case(found, case)
    local told = {suite = name, test = case.name, duration = duration, timestamp = os.time()}
    entry.status, entry.duration_ms = fine and "passed" or "failed", duration * 1000
    if fine then
        self.result.passed_tests = self.result.passed_tests + 1
        self.send("test:case:pass", told)
    else
        self.result.failed_tests = self.result.failed_tests + 1
        suite.status = "failed"
        told.error = text_of(err)
        entry.error = told.error
        self.send("test:case:fail", told)
    end
end

function Run:block(found)
    if found.before_all then found.before_all() end
    if #found.cases > 0 then
        local suite = {name = full_name(found), status = "passed", tests = {}}
        self.result.test_suites[suite.name] = suite
        for _, case in ipairs(found.cases) do self:case(found, case, suite) end
    end
    for _, inner in ipairs(found.blocks) do self:block(inner) end
    if found.after_all then found.after_all() end
    mocks.restore_all()
end

function Run:all(root)
    for _, found in ipairs(root.blocks) do self:block(found) end
end

local GLOBALS = {"it", "it_skip", "describe", "before_all", "after_all", "before_each", "after_each", "mock",
    "mock_process", "restore_mock", "restore_all_mocks"}

local function set_globals(present)
    for _, name in ipairs(GLOBALS) do _G[name] = present and M[name] or nil end
end

local function target_of(options)
    options = type(options) == "table" and options or {}
    return {pid = options.pid, topic = options.topic or "test:update", ref_id = options.ref_id}
end

-- Gives the function of a test entry: it runs what `define` describes, and gives how it went.
function M.run_cases(define)
    return function(options)
        local target = target_of(options)
        topic = target.topic
        local root = block("", nil)
        local result = {timestamp = os.time(), status = "ok", total_tests = 0, passed_tests = 0, failed_tests = 0,
            skipped_tests = 0, test_suites = {}, ref_id = target.ref_id}
        local run = setmetatable({result = result, send = messenger(target)}, Run)
        local began = time.now()
        set_globals(true)
        current = root
        local fine, err = pcall(define)
        current = nil
        if fine then
            run.send("test:plan", plan_of(flatten(root, {})))
            fine, err = pcall(run.all, run, root)
        end
        mocks.restore_all()
        set_globals(false)
        result.duration_ms = seconds_since(began) * 1000
        if not fine then
            run.send("test:error", {message = text_of(err), context = "a hook or the description of the tests"})
            error(err, 0)
        end
        result.status = result.failed_tests == 0 and "ok" or "error"
        run.send("test:complete", {total = result.total_tests, passed = result.passed_tests, failed = result.failed_tests,
            skipped = result.skipped_tests, duration = result.duration_ms / 1000, status = result.status})
        return result
    end
end

return M
