"""The `system` module: what the runtime uses and runs, and how to end it (documentation page lua/system/system).

The numbers are those of this runtime: what it does not count is absent, what it does not have is zero.
"""

import gc as collector
import os
import socket
import threading

from runtime import usage
from runtime.binding import Failure, Kind, LuaValue, Module, Text, to_lua
from runtime.node import current as node
from runtime.process.access import permit
from runtime.process.processes import current_pid
from runtime.registry.entry import EntryId

_UNLIMITED = 2**63 - 1
module = Module(
    "system",
    classes=("process", "nondeterministic"),
    permissions={
        "system.read": "`memory`, `memory_limit`, `gc_percent`, `goroutines`, `gomaxprocs`, `cpu`, `pid`, `hostname`, "
        "`cwd`, `hosts`, `modules`, `supervisor`, `node`, `cluster`, `raft` or `raft_stats`",
        "system.control": "`memory_limit` or `gomaxprocs`",
        "system.gc": "`gc` or `gc_percent`",
        "system.exit": "empty",
        "system.lock": "the name of the lock",
    },
)


def _read(what: str) -> None:
    _ask("system.read", what)


def _ask(action: str, resource: str) -> None:
    """Refuse with Invalid, as the page of this module says."""
    permit(action, resource, kind=Kind.INVALID)


@module.function(name="exit")
def exit_(code: int = 0) -> LuaValue:
    """End the runtime in order, with an exit code; of several calls the last one's code counts."""
    _ask("system.exit", "")
    node().exit(code)
    return True


@module.function
def modules() -> LuaValue:
    """List the modules written in Python: name, description, class."""
    _read("modules")
    found = node().modules
    return to_lua(
        [
            {"name": name, "description": found[name].description, "class": list(found[name].classes)}
            for name in sorted(found)
        ]
    )


# --- memory ---------------------------------------------------------------------------------------

memory = Module("system.memory")


@memory.function
def stats() -> LuaValue:
    """Give the memory of this process of the operating system, in bytes.

    Python keeps no sum of all it has ever allocated: `total_alloc` is the most that was resident at a time.
    """
    _read("memory")
    used = usage.memory()
    return to_lua(
        {
            "alloc": used["resident"],
            "total_alloc": used["peak"],
            "sys": used["mapped"],
            "heap_alloc": used["resident"],
            "heap_sys": used["data"],
            "heap_idle": max(0, used["data"] - used["resident"]),
            "heap_in_use": used["resident"],
            "heap_released": 0,
            "heap_objects": usage.objects(),
            "stack_in_use": used["stack"],
            "stack_sys": used["stack"],
            "mspan_in_use": 0,
            "mspan_sys": 0,
            "num_gc": usage.collections(),
            "next_gc": 0,
        }
    )


@memory.function
def allocated() -> int:
    """Give the resident memory in bytes."""
    _read("memory")
    return usage.memory()["resident"]


@memory.function
def heap_objects() -> int:
    """Count the objects."""
    _read("memory")
    return usage.objects()


@memory.function
def set_limit(limit: int) -> int:
    """Note a limit, -1 for none, and give the one before; nothing is held to it, as with a soft limit."""
    _ask("system.control", "memory_limit")
    if limit < -1:
        raise Failure(Kind.INVALID, "a memory limit is a number of bytes, or -1 for none")
    settings = node().settings
    before, settings.memory_limit = settings.memory_limit, None if limit == -1 else limit
    return _limit(before)


@memory.function
def get_limit() -> int:
    """Give the limit in bytes; the largest integer without one."""
    _read("memory_limit")
    return _limit(node().settings.memory_limit)


def _limit(limit: int | None) -> int:
    return _UNLIMITED if limit is None else limit


# --- garbage collection ---------------------------------------------------------------------------

gc = Module("system.gc")


@gc.function
def collect() -> LuaValue:
    """Collect garbage now."""
    _ask("system.gc", "gc")
    collector.collect()
    return True


@gc.function
def set_percent(percent: int) -> int:
    """Let the collector run more often, below 100, or less often, above, and give the number before."""
    _ask("system.gc", "gc_percent")
    if percent <= 0:
        raise Failure(Kind.INVALID, "the percentage must be greater than zero")
    settings = node().settings
    before, settings.gc_percent = settings.gc_percent, percent
    first, *others = settings.gc_thresholds
    collector.set_threshold(max(1, first * percent // 100), *others)
    return before


@gc.function
def get_percent() -> int:
    """Give the percentage; 100 at first."""
    _read("gc_percent")
    return node().settings.gc_percent


# --- the runtime ----------------------------------------------------------------------------------

runtime = Module("system.runtime")


@runtime.function
def goroutines() -> int:
    """Count what runs side by side: the coroutines of all processes and calls, and the threads."""
    _read("goroutines")
    return node().processes.count_tasks() + threading.active_count()


@runtime.function
def max_procs(wanted: int | None = None) -> int:
    """Give how many threads run Lua code, one; a number given is noted and told from then on, without effect."""
    _read("gomaxprocs") if wanted is None else _ask("system.control", "gomaxprocs")
    settings = node().settings
    before = settings.max_procs
    if wanted is not None:
        if wanted <= 0:
            raise Failure(Kind.INVALID, "the number must be greater than zero")
        settings.max_procs = wanted
    return before


@runtime.function
def cpu_count() -> int:
    """Count the processors."""
    _read("cpu")
    return usage.processors()


# --- the process of the operating system ----------------------------------------------------------

process = Module("system.process")


@process.function
def pid() -> int:
    """Give the number of the process."""
    _read("pid")
    return os.getpid()


@process.function
def hostname() -> Text:
    """Give the name of the machine."""
    _read("hostname")
    return Text(socket.gethostname())


@process.function
def cwd() -> Text:
    """Give the current directory; Internal when it is gone."""
    _read("cwd")
    try:
        return Text(os.getcwd())  # noqa: PTH109  (text is what Lua gets)
    except OSError as problem:
        raise Failure(Kind.INTERNAL, f"cannot tell the current directory: {problem.strerror}") from None


# --- process hosts --------------------------------------------------------------------------------

hosts = Module("system.hosts")


@hosts.function(name="list")
def list_() -> LuaValue:
    """List the process hosts: id, workers, processes, stolen, queue_depth; steps are not counted."""
    _read("hosts")
    processes = node().processes
    return to_lua(
        [
            {
                "id": str(host),
                "workers": 1,
                "processes": len(processes.on_host(host)),
                "stolen": 0,
                "queue_depth": sum(1 for each in processes.on_host(host) if each.queued),
            }
            for host in sorted(processes.hosts)
        ]
    )


@hosts.function(name="processes")
def processes_(host: Text) -> LuaValue:
    """List the processes of a host: pid, host, source, state."""
    _read("hosts")
    host_id = EntryId.parse(host)
    if host_id not in node().processes.hosts:
        raise Failure(Kind.NOT_FOUND, f"host not found: {host}")
    return to_lua(
        [
            {
                "pid": str(each.pid),
                "host": host,
                "source": each.source,
                "state": "ready" if each.queued else "waiting",
            }
            for each in node().processes.on_host(host_id)
        ]
    )


# --- services -------------------------------------------------------------------------------------

supervisor = Module("system.supervisor")


@supervisor.function
def state(service: Text) -> LuaValue:
    """Give where a service stands; Internal for an unknown one."""
    _read("supervisor")
    if not service:
        raise Failure(Kind.INVALID, "the id of the service is missing")
    report = node().supervisor.report(EntryId.parse(service))
    if report is None:
        raise Failure(Kind.INTERNAL, f"there is no service {service}")
    return to_lua(report)


@supervisor.function
def states() -> LuaValue:
    """Give where all services stand."""
    _read("supervisor")
    known = node().supervisor
    return to_lua([known.report(service_id) for service_id in sorted(known.states())])


# --- the cluster, which this node is alone in -----------------------------------------------------

own = Module("system.node")
cluster = Module("system.cluster")
raft = Module("system.raft")
lock = Module("system.lock")
_ALONE = "non-member"


@own.function(name="id")
def id_() -> Text:
    """Give the id of this node."""
    _read("node")
    return Text(node().name)


@own.function
def addr() -> Text:
    """Give its address: Internal, for there is no cluster to see it."""
    _read("node")
    raise Failure(Kind.INTERNAL, "membership is not available: this node runs alone")


@own.function
def role() -> Text:
    """Give its part in the consensus."""
    _read("node")
    return Text(_ALONE)


@cluster.function
def members() -> LuaValue:
    """List the nodes."""
    _read("cluster")
    return to_lua([{"id": node().name, "is_local": True}])


@cluster.function
def leader() -> Text:
    """Give the leader: nobody."""
    _read("cluster")
    return Text("")


@cluster.function
def size() -> int:
    """Count the nodes."""
    _read("cluster")
    return 1


def _no_raft() -> LuaValue:
    """Fail: there is no consensus without a cluster."""
    _read("raft")
    raise _without_raft()


def _without_raft() -> Failure:
    return Failure(Kind.INTERNAL, "raft not available: this node runs alone")


for _name in ("is_leader", "is_member", "role", "term", "commit_index"):
    raft.function(name=_name)(_no_raft)


@raft.function(name="stats")
def raft_stats() -> LuaValue:
    """Fail, as the rest of `raft` does."""
    _read("raft_stats")
    raise _without_raft()


@lock.function
def acquire(name: Text) -> LuaValue:
    """Take a lock: Internal, for locks need the names of a cluster."""
    _lockable(name)


@lock.function
def release(name: Text) -> LuaValue:
    """Release a lock: Internal, as `acquire`."""
    _lockable(name)


def _lockable(name: str) -> None:
    current_pid()
    if not name:
        raise Failure(Kind.INVALID, "the name of the lock is empty")
    _ask("system.lock", name)
    raise Failure(Kind.INTERNAL, "global registry not available: locks need a cluster, and this node runs alone")


for _part in (memory, gc, runtime, process, hosts, supervisor, own, cluster, raft, lock):
    module.nest(_part.name.partition(".")[2], _part)
