"""Starting processes from Lua: what `process.spawn` and its variants share, and the builder `process.Spawner`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.binding import Failure, Kind, LuaValue, Table, Text, Userdata, method, to_python
from runtime.binding.text import encode
from runtime.process import current, events
from runtime.process.access import permit
from runtime.process.context import Actor, CallContext, Scope
from runtime.process.message import Envelope
from runtime.process.process import Process
from runtime.process.processes import SpawnRequest
from runtime.process.transfer import copy_value
from runtime.registry.entry import EntryId


def running() -> Process:
    """Give the running process; INTERNAL outside."""
    process = current.process()
    if process is None:
        raise Failure(Kind.INTERNAL, "no process is running here")
    return process


def demand(value: str | None, what: str) -> str:
    """Give a text that must be there."""
    if not value:
        raise Failure(Kind.INVALID, f"the {what} is missing")
    return value


def demand_entry(given: str | None, what: str) -> EntryId:
    """Read an entry id that must be there."""
    text = demand(given, what)
    namespace, separator, name = text.partition(":")
    if not separator or not namespace or not name:
        raise Failure(Kind.INVALID, f"the {what} '{text}' is no entry id; write 'namespace:name'")
    return EntryId(namespace, name)


def demand_topic(given: str | None) -> str:
    """Read a topic that programs may use."""
    topic = demand(given, "topic")
    if topic.startswith("@"):
        raise Failure(Kind.INVALID, f"topic '{topic}' is reserved: topics that start with @ belong to the runtime")
    return topic


@dataclass(frozen=True)
class Target:
    """What to start, and where."""

    entry: EntryId
    host: EntryId

    @classmethod
    def read(cls, entry: str | None, host: str | None) -> "Target":
        """Read both ids; in a workflow the host may be any text, for children run with their parent."""
        process = current.process()
        if process is not None and process.run is not None:
            return cls(demand_entry(entry, "process"), EntryId.parse(demand(host, "host")))
        return cls(demand_entry(entry, "process"), demand_entry(host, "host"))


@dataclass(frozen=True)
class Plan:
    """How a new process differs from one that just inherits: the settings of a builder."""

    values: Mapping[str, LuaValue] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    scope: Scope | None = None
    name: str | None = None
    messages: tuple[tuple[str, tuple[LuaValue, ...]], ...] = ()

    def context(self, inherited: CallContext) -> CallContext:
        """Give the context of the new process."""
        if not (self.values or self.actor or self.scope):
            return inherited
        return replace(
            inherited,
            values={**inherited.values, **self.values},
            actor=self.actor or inherited.actor,
            scope=self.scope or inherited.scope,
        )

    def envelopes(self, sender: Process) -> tuple[Envelope, ...]:
        """Make the messages that the process gets first; each start gets copies of its own."""
        return tuple(
            Envelope(sender.pid, topic, tuple(copy_value(value) for value in values)) for topic, values in self.messages
        )


PLAIN = Plan()


def spawn(
    target: Target,
    arguments: tuple[LuaValue, ...],
    plan: Plan = PLAIN,
    *,
    monitor: bool = False,
    link: bool = False,
    awaited: bool = False,
) -> Process:
    """Start a process for the running one; PERMISSION_DENIED where that may not."""
    permit("process.spawn", str(target.entry))
    permit("process.host", str(target.host))
    for wanted, action in ((monitor, "process.spawn.monitored"), (link, "process.spawn.linked")):
        if wanted:
            permit(action, str(target.entry))
    parent = running()
    request = SpawnRequest(
        target.entry,
        target.host,
        arguments,
        plan.context(parent.context.inherited()),
        monitor=parent.pid if monitor else None,
        link=parent.pid if link else None,
        name=plan.name,
        messages=plan.envelopes(parent),
        options=plan.options,
        awaited=awaited,
    )
    process: Process = parent.node.processes.spawn(request)
    return process


def execute(target: Target, arguments: tuple[LuaValue, ...], plan: Plan = PLAIN) -> LuaValue:
    """Start a process, wait for its end and give its result."""
    permit("process.exec", str(target.entry))
    outcome = spawn(target, arguments, plan, awaited=True).completion.wait()
    error = events.error_of(outcome)
    if error is not None:
        raise Failure.from_error(error)
    return outcome.value


def context_values(values: Table) -> dict[str, LuaValue]:
    """Read the values of a context, which are copies."""
    return {_key(key, "context"): copy_value(value) for key, value in values.items()}


def spawn_options(options: Table) -> dict[str, Any]:
    """Read the options of a start."""
    given = {_key(key, "option"): to_python(value) for key, value in options.items()}
    if given.get("network"):
        # To connect past the network that was asked for would be worse than not to start.
        raise Failure(Kind.UNAVAILABLE, "option 'network': entries of the kinds network.* are not available")
    return given


def _key(key: LuaValue, what: str) -> str:
    if not isinstance(key, str):
        raise Failure(Kind.INVALID, f"{what} keys must be strings")
    return key


class Spawner(Userdata):
    """Starts processes with a context, options, identity, name and first messages of its own.

    Immutable: every `with_` gives a new one. Mistakes in the arguments are raised; a process that cannot start is a
    failure that is returned.
    """

    __slots__ = ("_plan",)

    def __init__(self, plan: Plan = PLAIN) -> None:
        self._plan = plan

    @method(raises=True)
    def with_context(self, values: Table) -> "Spawner":
        """Add context values."""
        permit("process.context", "context")
        return Spawner(replace(self._plan, values={**self._plan.values, **context_values(values)}))

    @method(raises=True)
    def with_options(self, options: Table) -> "Spawner":
        """Add options of the start."""
        return Spawner(replace(self._plan, options={**self._plan.options, **spawn_options(options)}))

    @method(raises=True)
    def with_actor(self, actor: Actor) -> "Spawner":
        """Let the process act as somebody else."""
        permit("process.security", "security")
        return Spawner(replace(self._plan, actor=actor))

    @method(raises=True)
    def with_scope(self, scope: Scope) -> "Spawner":
        """Give the process other rights."""
        permit("process.security", "security")
        return Spawner(replace(self._plan, scope=scope))

    @method(raises=True)
    def with_name(self, name: Text | None = None) -> "Spawner":
        """Give the process a name; where a process has it, that one gets the messages and none is started."""
        return Spawner(replace(self._plan, name=demand(name, "name")))

    @method(raises=True)
    def with_message(self, topic: Text | None = None, *values: LuaValue) -> "Spawner":
        """Send a message before the process runs."""
        message = (demand_topic(topic), tuple(copy_value(value) for value in values))
        return Spawner(replace(self._plan, messages=(*self._plan.messages, message)))

    def _spawn(
        self, entry: str | None, host: str | None, arguments: tuple[LuaValue, ...], *, monitor: bool, link: bool
    ) -> LuaValue:
        target = Target.read(entry, host)
        try:
            return encode(str(spawn(target, arguments, self._plan, monitor=monitor, link=link).pid))
        except Failure as failure:
            if failure.kind == Kind.PERMISSION_DENIED:
                raise
            return None, failure.to_error()

    @method(blocks=True, raises=True)
    def spawn(self, entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> LuaValue:
        """Start a process."""
        return self._spawn(entry, host, arguments, monitor=False, link=False)

    @method(blocks=True, raises=True)
    def spawn_monitored(self, entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> LuaValue:
        """Start a process and watch it."""
        return self._spawn(entry, host, arguments, monitor=True, link=False)

    @method(blocks=True, raises=True)
    def spawn_linked(self, entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> LuaValue:
        """Start a process and link with it."""
        return self._spawn(entry, host, arguments, monitor=False, link=True)

    @method(blocks=True, raises=True)
    def spawn_linked_monitored(
        self, entry: Text | None = None, host: Text | None = None, *arguments: LuaValue
    ) -> LuaValue:
        """Start a process, link with it and watch it."""
        return self._spawn(entry, host, arguments, monitor=True, link=True)

    @method(name="exec", blocks=True)
    def exec_(self, entry: Text | None = None, host: Text | None = None, *arguments: LuaValue) -> LuaValue:
        """Start a process, wait for its end and give its result."""
        return execute(Target.read(entry, host), arguments, self._plan)
