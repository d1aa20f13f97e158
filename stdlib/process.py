"""The global `process`: spawn, send, watch and end processes (documentation page lua/core/process)."""

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text
from runtime.process import current, events, spawner
from runtime.process.access import permit
from runtime.process.channel import Channel
from runtime.process.mailbox import EVENTS, INBOX
from runtime.process.message import Envelope, Message, Payload
from runtime.process.pid import Pid
from runtime.process.processes import current_pid
from runtime.process.spawner import (
    Plan,
    Spawner,
    Target,
    context_values,
    demand,
    demand_entry,
    demand_topic,
    execute,
    running,
    spawn_options,
)
from runtime.process.transfer import copy_value

module = Module("process", deterministic=True, classes=("process", "nondeterministic", "workflow"))
module.handle("process.Spawner")(Spawner)
module.handle("process.Message")(Message)
module.handle("payload")(Payload)
module.constants(
    {
        "event": {
            "CANCEL": events.CANCEL,
            "EXIT": events.EXIT,
            "LINK_DOWN": events.LINK_DOWN,
            "OUTDATED": events.OUTDATED,
        }
    }
)


_OPTIONS = ("trap_links", "upgradable")


# --- itself ---------------------------------------------------------------------------------------


@module.function
def pid() -> Text:
    """Give the pid of the running process."""
    return Text(str(current_pid()))


@module.function(name="id")
def id_() -> Text:
    """Give the registry id of the entry that runs."""
    return Text(running().source)


@module.function
def get_options() -> LuaValue:
    """Give the options of the running process."""
    process = running()
    return Table.from_dict({option: getattr(process, option) for option in _OPTIONS})


@module.function
def set_options(options: Table) -> LuaValue:
    """Set options of the running process."""
    process = running()
    for key, value in options.items():
        if key not in _OPTIONS:
            return False, Failure(Kind.INVALID, f"unknown option '{key}'; known are {', '.join(_OPTIONS)}").to_error()
        if not isinstance(value, bool):
            return False, Failure(Kind.INVALID, f"option '{key}' must be true or false").to_error()
        setattr(process, key, value)
    return True


# --- starting -------------------------------------------------------------------------------------


def _spawn(
    entry: str | None, host: str | None, arguments: tuple[LuaValue, ...], *, monitor: bool = False, link: bool = False
) -> Text:
    return Text(str(spawner.spawn(Target.read(entry, host), arguments, monitor=monitor, link=link).pid))


@module.function(blocks=True)
def spawn(entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> Text:
    """Start a process."""
    return _spawn(entry, host, arguments)


@module.function(blocks=True)
def spawn_monitored(entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> Text:
    """Start a process and watch it."""
    return _spawn(entry, host, arguments, monitor=True)


@module.function(blocks=True)
def spawn_linked(entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> Text:
    """Start a process and link with it."""
    return _spawn(entry, host, arguments, link=True)


@module.function(blocks=True)
def spawn_linked_monitored(entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> Text:
    """Start a process, link with it and watch it."""
    return _spawn(entry, host, arguments, monitor=True, link=True)


@module.function(name="exec", blocks=True)
def exec_(entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> LuaValue:
    """Start a process, wait for its end and give its result."""
    return execute(Target.read(entry, host), arguments)


@module.function(raises=True)
def with_context(values: Table) -> Spawner:
    """Give a builder of processes with context values of their own."""
    running()
    permit("process.context", "context")
    return Spawner(Plan(values=context_values(values)))


@module.function(raises=True)
def with_options(options: Table) -> Spawner:
    """Give a builder of processes with options of their own."""
    running()
    return Spawner(Plan(options=spawn_options(options)))


@module.function
def upgrade(entry: Text | None = None, *arguments: LuaValue) -> None:
    """Go on as another definition, or as the present form of the same one, with the pid, names, ties and messages."""
    process = running()
    wanted = demand_entry(process.source if entry is None else entry, "process")
    current.node().processes.upgrade(process, wanted, arguments)


# --- messages -------------------------------------------------------------------------------------


@module.function
def send(destination: Text | None = None, topic: Text | None = None, *values: LuaValue) -> LuaValue:
    """Send a message to a process, by pid or name."""
    receiver = current.node().processes.receiver(demand(destination, "destination"))
    name = demand_topic(topic)
    permit("process.send", str(receiver.pid))
    sender = current.process()
    copies = tuple([copy_value(value) for value in values])
    receiver.deliver(Envelope(sender.pid if sender else None, name, copies))
    return True


@module.function
def inbox() -> LuaValue:
    """Give the channel of messages that no listener takes."""
    return running().mailbox.subscribe(INBOX, messages=True)


@module.function(name="events")
def events_() -> LuaValue:
    """Give the channel of lifecycle events."""
    return running().mailbox.subscribe(EVENTS, messages=False)


@module.function
def listen(topic: Text | None = None, options: Table | None = None) -> LuaValue:
    """Give the channel of one topic: plain values, or Message objects with {message = true}."""
    wanted = options.get("message") if options is not None else None
    return running().mailbox.subscribe(demand_topic(topic), messages=wanted is True)


@module.function
def unlisten(channel: Channel) -> LuaValue:
    """End a subscription; its channel is closed."""
    if running().mailbox.unsubscribe(channel):
        return True
    return False, Failure(Kind.INVALID, "the channel is not subscribed to any topic").to_error()


# --- others ---------------------------------------------------------------------------------------


def _address(destination: str | None, action: str) -> Pid:
    """Give the pid that somebody may do something to."""
    target: Pid = current.node().processes.resolve(demand(destination, "destination"))
    permit(action, str(target))
    return target


def _target(destination: str | None, action: str) -> Pid:
    """Give the pid of a living process that somebody may do something to."""
    target = _address(destination, action)
    current.node().processes.find(target)
    return target


@module.function
def cancel(destination: Text | None = None, reason: Text | None = None) -> LuaValue:
    """Ask a process to end."""
    current.node().processes.cancel(_target(destination, "process.cancel"), current_pid(), reason or "")
    return True


@module.function(blocks=True)
def terminate(destination: Text | None = None) -> LuaValue:
    """End a process by force."""
    current.node().processes.find(_target(destination, "process.terminate")).terminate()
    return True


@module.function
def monitor(destination: Text | None = None) -> LuaValue:
    """Watch a process: an EXIT event comes when it ends."""
    processes = current.node().processes
    processes.monitor(current_pid(), processes.find(_target(destination, "process.monitor")))
    return True


@module.function
def unmonitor(destination: Text | None = None) -> LuaValue:
    """Stop watching a process."""
    current.node().processes.topology.unmonitor(current_pid(), _address(destination, "process.unmonitor"))
    return True


@module.function
def link(destination: Text | None = None) -> LuaValue:
    """Link with a process: each ends, or hears of it, when the other fails."""
    processes = current.node().processes
    processes.link(current_pid(), processes.find(_target(destination, "process.link")))
    return True


@module.function
def unlink(destination: Text | None = None) -> LuaValue:
    """Undo a link."""
    current.node().processes.topology.unlink(current_pid(), _address(destination, "process.unlink"))
    return True


# --- names ----------------------------------------------------------------------------------------

registry = Module("process.registry")
registry.constants({"LOCAL": 0, "EVENTUAL": 1, "CONSISTENT": 2, "STRONG": 3})


def _check_scope(scope: int | None) -> None:
    if scope not in (None, 0):
        raise Failure(Kind.INTERNAL, "names with a cluster scope need a cluster, and this node runs alone; use LOCAL")


@registry.function
def register(name: Text | None = None, target: Text | None = None, scope: int | None = None) -> LuaValue:
    """Give a process, by default the running one, a name."""
    _check_scope(scope)
    wanted = demand(name, "name")
    permit("process.registry.register", wanted)
    owner = current_pid() if target is None else _target(target, "process.registry.foreign")
    current.node().processes.names.register(wanted, owner)
    return True


@registry.function
def lookup(name: Text | None = None) -> Text:
    """Give the pid that has a name."""
    found = current.node().processes.names.lookup(demand(name, "name"))
    if found is None:
        raise Failure(Kind.NOT_FOUND, f"name not registered: {name}")
    return Text(str(found))


@registry.function
def unregister(name: Text, scope: int | None = None) -> bool:
    """Release a name."""
    _check_scope(scope)
    return bool(current.node().processes.names.unregister(name))


module.nest("registry", registry)
