"""The processes of a node: spawning, sending, watching, ending."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from runtime.binding import Failure
from runtime.lua.caught import traceback_text
from runtime.lua.errors import Kind
from runtime.process import events, outdated, timing, traps
from runtime.process.completion import Completion, Outcome
from runtime.process.pid import Pid, PidSource
from runtime.process.process import Process
from runtime.process.remote import RemoteHost
from runtime.process.tasks import ProcessExit, apply, current_task
from runtime.process.topology import Names, Topology
from runtime.process.transfer import copy_value
from runtime.registry.entry import EntryId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.lua.types import LuaFunction, LuaValue, Results
    from runtime.process.context import CallContext
    from runtime.process.host import ProcessHost
    from runtime.process.message import Envelope
    from runtime.process.remote import Remote

log = logging.getLogger("wippy.process")
_DONE = Completion()
_DONE.set(Outcome())


@dataclass(frozen=True)
class SpawnRequest:
    """What to start, where and how; `monitor` and `link` name the process that asks for it."""

    entry: EntryId
    host: EntryId
    arguments: Sequence[LuaValue]
    context: CallContext
    monitor: Pid | None = None
    link: Pid | None = None
    name: str | None = None
    messages: tuple[Envelope, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    # Whoever asks waits for the end, and needs no event that tells it.
    awaited: bool = False


class Processes:
    """All processes of a node by pid, functions' calls among them; the relay through which every message goes."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.pids = PidSource()
        self.names = Names()
        self.topology = Topology()
        # The remote processes whose end somebody here waits for.
        self._followed: set[Pid] = set()
        self.hosts: dict[EntryId, ProcessHost | RemoteHost] = {}
        self._table: dict[str, Process] = {}  # by pid
        # Those whose code is being loaded: whoever spawned them still waits for that.
        self._loading: set[Pid] = set()

    # --- life -------------------------------------------------------------------------------------

    def spawn(self, request: SpawnRequest) -> Process | Remote:
        """Start a process and wait until its code is loaded; raise Failure when it cannot start."""
        host = self.hosts.get(request.host)
        if isinstance(host, RemoteHost):
            return self._spawn_remote(host, request)
        process, loaded = self.launch(request)
        self._await_code(process, loaded)
        return process

    def launch(self, request: SpawnRequest) -> tuple[Process, Completion]:
        """Start a process without waiting; the completion tells when its code is loaded, or that it cannot be."""
        host = self.hosts.get(request.host)
        if host is None:
            raise Failure(Kind.NOT_FOUND, f"host not found: {request.host}")
        if isinstance(host, RemoteHost):
            raise Failure(Kind.INVALID, f"{request.host} runs workflows; name a process.host")
        host.check_running()
        if request.name is not None:
            owner = self.names.lookup(request.name)
            if owner is not None and owner in self._table:
                return self._signal(owner, request), _DONE
        pid = self.pids.next(str(request.host))
        process = Process(self.node, pid, str(request.entry), host.context_of(request))
        if request.name is not None:
            self.names.register(request.name, pid)
        self.add(process)
        for envelope in request.messages:
            process.deliver(envelope)
        return process, self._boot(process, request, host)

    def _spawn_remote(self, host: RemoteHost, request: SpawnRequest) -> Remote:
        process = host.spawn(request)
        if request.monitor in self._table and not self.topology.is_watched(process.pid, request.monitor):
            self.monitor(request.monitor, process)
        if request.link in self._table:
            self.link(request.link, process)
        return process

    def _await_code(self, process: Process, loaded: Completion) -> None:
        try:
            failed = loaded.wait()
        except BaseException:
            # Nobody will ever learn its pid.
            process.terminate("whoever started the process has ended", Kind.CANCELED)
            raise
        if failed.error is not None:
            raise Failure.from_error(events.error_of(failed))

    def _signal(self, owner: Pid, request: SpawnRequest) -> Process:
        """Hand the queued messages to the process that already has the wanted name."""
        process = self._table[owner]
        self._watch(owner, request)
        for envelope in request.messages:
            process.deliver(envelope)
        return process

    def _boot(self, process: Process, request: SpawnRequest, host: ProcessHost) -> Completion:
        """Load the code in the process itself, so that what its body does counts as its own; then run the method.

        Only then is it watched: the failure to load is told to whoever spawned it, by nothing but the spawn.
        """
        loaded = Completion()
        arguments = tuple(copy_value(argument) for argument in request.arguments)

        def boot() -> Results:
            method: LuaFunction = self.node.code.instantiate(request.entry).method
            self._loading.discard(process.pid)
            self._watch(process.pid, request)
            host.adopt(process)
            loaded.set(Outcome())
            traps.give_way()  # whoever spawned goes on first
            return apply(method, arguments)

        self._loading.add(process.pid)
        process.completion.listen(loaded.set)  # a failure to load ends the process
        process.start(boot, ())
        return loaded

    def _watch(self, pid: Pid, request: SpawnRequest) -> None:
        if request.monitor in self._table and not self.topology.is_watched(pid, request.monitor):
            self.topology.monitor(request.monitor, pid)
        if request.link in self._table:
            self.topology.link(request.link, pid)

    def upgrade(self, process: Process, entry: EntryId, arguments: Sequence[LuaValue]) -> NoReturn:
        """Let the running process go on as another definition; one that cannot be loaded ends it."""
        if self.hosts.get(EntryId.parse(process.pid.host)) is None:
            raise Failure(Kind.INVALID, "only a process can be upgraded, not the call of a function")
        if process.pid in self._loading:
            raise Failure(Kind.INVALID, "a process cannot be upgraded while its code is loaded; do it in the method")
        copies = tuple(copy_value(argument) for argument in arguments)

        def boot() -> LuaValue:
            outdated.forget(process)
            method: LuaFunction = self.node.code.instantiate(entry).method
            return method(*copies)

        process.upgrade(str(entry), boot)
        raise ProcessExit

    def add(self, process: Process) -> None:
        """Make a process known."""
        self._table[process.pid] = process

    def ended(self, process: Process) -> None:
        """Forget a process and tell those who watch it or are linked to it."""
        pid = process.pid
        if self._table.pop(pid, None) is None:
            return
        self._loading.discard(pid)
        self.names.release(pid)
        outcome = process.outcome
        self._tell(pid, outcome)

    def _over(self, pid: Pid, outcome: Outcome) -> None:
        """Tell those who follow a remote process that it is over."""
        self._followed.discard(pid)
        self._tell(pid, outcome, remote=True)

    def _tell(self, pid: Pid, outcome: Outcome, *, remote: bool = False) -> None:
        watchers, linked = self.topology.remove(pid)
        if remote and outcome.error is None:  # a link to a workflow tells of a good end, too
            watchers += [other for other in linked if other not in watchers]
        for watcher in watchers:
            self._notify(watcher, events.exit_event(events.EXIT, pid, outcome))
        if outcome.error is None:
            return
        for other in linked:
            self._link_down(other, pid, outcome)

    def _notify(self, pid: Pid, event: Envelope) -> None:
        process = self._table.get(pid)
        if process is not None:
            process.deliver(event)

    def _link_down(self, pid: Pid, origin: Pid, outcome: Outcome) -> None:
        process = self._table.get(pid)
        if process is None:
            return
        if process.trap_links:
            process.deliver(events.exit_event(events.LINK_DOWN, origin, outcome))
        else:
            process.terminate("linked process failed")

    # --- reaching them ----------------------------------------------------------------------------

    def monitor(self, watcher: Pid, target: Process | Remote) -> None:
        """Tell a process when another one ends."""
        self.topology.monitor(watcher, target.pid)
        self._follow(target)

    def link(self, one: Pid, other: Process | Remote) -> None:
        """Tie two processes together; a remote one hears nothing of the end of the other."""
        self.topology.link(one, other.pid)
        self._follow(other)

    def _follow(self, target: Process | Remote) -> None:
        if not isinstance(target, Process) and target.pid not in self._followed:
            self._followed.add(target.pid)
            target.completion.listen(lambda outcome: self._over(target.pid, outcome))

    def find(self, pid: Pid) -> Process | Remote:
        """Give a living process; NOT_FOUND when there is none."""
        process = self._table.get(pid)
        if process is None:
            host = self.hosts.get(EntryId.parse(pid.host))
            if isinstance(host, RemoteHost):
                return host.reach(pid)
        if process is None or process.ending:
            raise Failure(Kind.NOT_FOUND, f"process not found: {pid} is not alive (pid not registered)")
        return process

    def resolve(self, destination: str) -> Pid:
        """Give the pid that a text means: itself, or the owner of a name."""
        pid = Pid.parse(destination) or self.names.lookup(destination)
        if pid is None:
            raise Failure(Kind.NOT_FOUND, f"could not resolve '{destination}': neither a pid nor a registered name")
        return pid

    def receiver(self, destination: str) -> Process | Remote:
        """Give the living process that a pid or a registered name, as a text, means."""
        process = self._table.get(destination)
        return process if process is not None and not process.ending else self.find(self.resolve(destination))

    def send(self, target: Pid, envelope: Envelope) -> None:
        """Deliver a message; NOT_FOUND when the receiver does not exist."""
        self.find(target).deliver(envelope)

    def cancel(self, target: Pid, sender: Pid | None, reason: str) -> None:
        """Ask a process to end."""
        process = self.find(target)
        if isinstance(process, Process):
            process.deliver(events.cancel_event(sender, reason))
        else:
            process.cancel(reason)

    def upgradable(self) -> list[Process]:
        """List the processes that want to hear that their code has changed."""
        return [process for process in self._table.values() if process.upgradable and not process.ending]

    def on_host(self, host: EntryId) -> list[Process]:
        """List the processes of a host."""
        name = str(host)
        return [process for process in self._table.values() if process.pid.host == name]

    def count_tasks(self) -> int:
        """Count the coroutines of all processes."""
        return sum(len(process.tasks) for process in self._table.values())

    def count(self) -> int:
        """Count the living processes."""
        return len(self._table)

    def stop(self, timeout: float) -> None:
        """End all processes that are left, at most so many seconds long."""
        left = list(self._table.values())
        for process in left:
            process.terminate("the node stops", Kind.CANCELED)
        deadline = timing.now() + timeout
        for process in left:
            process.completion.wait_for(max(0.0, deadline - timing.now()))


def report_failure(process: Process) -> None:
    """Log how a process failed, with the Lua stack; one that was ended from outside is no failure of its code."""
    error = process.outcome.error
    if error is not None and not process.forced:
        log.error(
            "process %s failed: %s",
            process.source,
            traceback_text(error),
            extra={"pid": str(process.pid), "entry": process.source},
        )


def current_pid() -> Pid:
    """Give the pid of the running process; INTERNAL outside."""
    task = current_task()
    if task is None:
        raise Failure(Kind.INTERNAL, "no process is running here")
    return task.process.pid
