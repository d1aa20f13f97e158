local check = require("check")
local system = require("system")

local STATS = {
    "alloc", "total_alloc", "sys", "heap_alloc", "heap_sys", "heap_idle", "heap_in_use", "heap_released", "heap_objects",
    "stack_in_use", "stack_sys", "mspan_in_use", "mspan_sys", "num_gc", "next_gc",
}

local function numbers()
    local stats = assert(system.memory.stats())
    for _, name in ipairs(STATS) do check.equal(math.type(stats[name]), "integer", name) end
    check.equal(system.memory.allocated() > 0 and system.memory.heap_objects() > 0, true, "memory")
    local limit = assert(system.memory.get_limit())
    check.equal(system.memory.set_limit(1 << 30), limit, "the limit before")
    check.equal(system.memory.get_limit(), 1 << 30, "the new limit")
    system.memory.set_limit(-1)
    check.failed(errors.INVALID, system.memory.set_limit(-2))

    check.equal(system.gc.collect(), true, "collect")
    local percent = assert(system.gc.get_percent())
    check.equal(system.gc.set_percent(150), percent, "the percentage before")
    check.equal(system.gc.set_percent(percent), 150, "the new percentage")
    check.failed(errors.INVALID, system.gc.set_percent(0))

    check.equal(system.runtime.goroutines() > 0 and system.runtime.cpu_count() > 0, true, "what runs")
    local procs = assert(system.runtime.max_procs())
    check.equal(system.runtime.max_procs(procs), procs, "the number before")
    check.failed(errors.INVALID, system.runtime.max_procs(0))
    check.equal(system.process.pid() > 0 and #system.process.hostname() > 0, true, "the process")
    check.equal(system.process.cwd():sub(1, 1), "/", "the directory")
end

local function parts()
    local names = {}
    for _, each in ipairs((system.modules())) do names[each.name] = each end
    check.equal(#names.json.description > 0 and #names.json.class > 0, true, "a module")

    local worker = assert(process.spawn("app:worker", "app:host"))
    local counts = {}
    for _, host in ipairs((system.hosts.list())) do counts[host.id] = host.processes end
    check.equal(counts["app:host"] >= 1, true, "processes of a host")
    local source
    for _, each in ipairs((system.hosts.processes("app:host"))) do
        if each.pid == worker then source = each.host .. " " .. each.source .. " " .. type(each.state) end
    end
    check.equal(source, "app:host app:worker string", "a process")
    process.terminate(worker)
    check.failed(errors.NOT_FOUND, system.hosts.processes("app:none"))

    local state = assert(system.supervisor.state("app:host"))
    check.equal(state.id .. state.status .. state.desired .. state.retry_count, "app:hostrunningrunning0", "a service")
    check.equal(state.started_at > 0 and state.last_update > 0, true, "since when")
    check.equal(#system.supervisor.states() > 0, true, "all services")
    check.failed(errors.INTERNAL, system.supervisor.state("app:none"))
    check.failed(errors.INVALID, system.supervisor.state(""))
end

local function alone()
    check.equal(#system.node.id() > 0, true, "this node")
    check.failed(errors.INTERNAL, system.node.addr())
    check.equal(system.node.role(), "non-member", "its part")
    local members = assert(system.cluster.members())
    check.equal(#members == 1 and members[1].is_local and members[1].id, system.node.id(), "the members")
    check.equal(system.cluster.leader() .. system.cluster.size(), "1", "no leader, one node")
    for _, name in ipairs{"is_leader", "is_member", "role", "term", "commit_index", "stats"} do
        check.failed(errors.INTERNAL, system.raft[name]())
    end
    check.failed(errors.INTERNAL, system.lock.acquire("lock"))
    check.failed(errors.INTERNAL, system.lock.release("lock"))
    check.failed(errors.INVALID, system.lock.acquire(""))
end

return function()
    numbers()
    parts()
    alone()
    check.equal(system.exit(3), true, "exit")  -- the test that runs this looks at the code
end
