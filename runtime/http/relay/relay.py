"""A client's connection as a process: what WebSocket and SSE relays have in common."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.binding.text import decode, encode
from runtime.http.relay.command import CommandError, fields_of
from runtime.lua import jsontext
from runtime.lua.table import Table
from runtime.process import events
from runtime.process.context import EMPTY
from runtime.process.mailbox import EVENTS
from runtime.process.message import Envelope, Payload
from runtime.process.outcome import Outcome
from runtime.process.process import Process
from runtime.process.timing import start_timer
from runtime.process.transfer import copy_value
from runtime.times.duration import SECOND, format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from runtime.http.relay.command import Command
    from runtime.lua.types import LuaValue
    from runtime.process.pid import Pid
    from runtime.process.timing import TimerHandle
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http.relay")
SHUTDOWN = "the server shuts down"


class ConnectionProcess(Process):
    """A process without code: what is sent to it is handed on at once."""

    __slots__ = ("_receive",)

    def __init__(self, node: Any, pid: Pid, source: str, receive: Callable[[Envelope], None]) -> None:
        super().__init__(node, pid, source, EMPTY)
        self._receive = receive

    def deliver(self, envelope: Envelope) -> None:
        """Receive a message; must not wait."""
        if not self.ending:
            self._receive(envelope)


class Relay(ABC):
    """One connection. `kind` is the prefix of its topics.

    Messages come in on the event loop or in the code of whoever sends: nothing here may wait, except `run` of
    subclasses.
    """

    kind: str
    ended: str  # what monitors are told

    def __init__(self, node: Any, service: EntryId, command: Command) -> None:
        self._processes = node.processes
        self.pid: Pid = node.processes.pids.next(str(service))
        self.process = ConnectionProcess(node, self.pid, str(service), self._receive)
        self.command = command
        self.target: Pid | None = None
        self.count = 0  # messages that went through
        self._began = time.monotonic()
        self._heartbeat: TimerHandle | None = None

    # --- what the protocols differ in ---------------------------------------------------------------------------------

    @abstractmethod
    def forward(self, topic: str, value: LuaValue) -> None:
        """Send what a process sent to the client."""

    @abstractmethod
    def finish(self, reason: str, *, going_away: bool = False) -> None:
        """Close the connection from this side."""

    @abstractmethod
    def beat(self) -> None:
        """Show the client that the connection lives."""

    def adapt(self, fields: Collection[str]) -> None:  # noqa: B027  (not every protocol has more to do)
        """Take note that these fields of the command were set."""

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Become a process, and join the target."""
        self._processes.add(self.process)
        self.process.on_exit(lambda: self.finish("the process of the connection was ended", going_away=True))
        wanted = self.command.target
        if wanted is not None and not self._attach(wanted):
            self.finish("target process exited")
        self._schedule()

    def end(self) -> None:
        """Leave the target, and end as a process."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._detach()
        self.process.end(Outcome(encode(self.ended)))

    def _attach(self, target: Pid) -> bool:
        """Watch a process and tell it of the client; False when it does not live."""
        if not self.lives(target):
            return False
        self._processes.topology.monitor(self.pid, target)
        self.target = target
        self.tell("join", {})
        return True

    def _detach(self) -> None:
        if self.target is not None:
            self._processes.topology.unmonitor(self.pid, self.target)
            self.tell("leave", {})
            self.target = None

    # --- to the target ------------------------------------------------------------------------------------------------

    def tell(self, what: str, more: dict[str, LuaValue]) -> None:
        """Send the target a message about the client."""
        fields = {"client_pid": encode(str(self.pid)), **more, "metadata": copy_value(self.command.metadata)}
        self.to_target(f"{self.kind}.{what}", Table.from_dict(fields))

    def to_target(self, topic: str, value: LuaValue) -> None:
        """Send the target a message; one that is gone is no error, for its end is told anyway."""
        if self.target is None:
            return
        try:
            self._processes.send(self.target, Envelope(self.pid, topic, (value,)))
        except Failure as failure:
            log.debug("%s: %s", self.pid, failure.message)

    def _schedule(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.stop()
        interval = self.command.heartbeat
        self._heartbeat = start_timer(interval, self._beat) if interval else None

    def _beat(self) -> None:
        uptime = format_duration(int((time.monotonic() - self._began) * SECOND))
        self.tell("heartbeat", {"uptime": uptime, "message_count": self.count})
        self.beat()
        self._schedule()

    # --- from processes -----------------------------------------------------------------------------------------------

    def _receive(self, envelope: Envelope) -> None:
        topic = envelope.topic
        values = [value.value if isinstance(value, Payload) else value for value in envelope.values]
        if topic == EVENTS:
            self._event(values[0])
        elif topic == f"{self.kind}.close":
            self.finish(_reason(values[0] if values else None))
        elif topic == f"{self.kind}.control":
            for value in values[:1]:
                self._control(value)
        else:
            for value in values:
                self.forward(topic, value)

    def _event(self, event: LuaValue) -> None:
        kind = event.get("kind") if isinstance(event, Table) else None
        if kind == events.EXIT and event.get("from") == encode(str(self.target)):
            self.target = None  # it can be told nothing any more
            self.finish("target process exited")
        elif kind == events.CANCEL:
            self.finish(decode(event.get("reason") or ""), going_away=True)

    def _control(self, value: LuaValue) -> None:
        try:
            fields = fields_of(value)
            command = self.command.changed(fields, f"{self.kind}.message")
        except CommandError as error:
            log.warning("%s: %s.control was not followed: %s", self.pid, self.kind, error)
            return
        old = self.target
        moves = "target_pid" in fields and command.target != old
        if moves and command.target is not None and not self.lives(command.target):
            log.warning("%s: %s.control was not followed: %s is not alive", self.pid, self.kind, command.target)
            return
        if moves:
            self._detach()
        self.command = command
        if moves and command.target is not None:
            self._attach(command.target)
        if "heartbeat_interval" in fields:
            self._schedule()
        self.adapt(fields)

    def lives(self, target: Pid) -> bool:
        """Tell whether a process is there to be joined."""
        try:
            self._processes.find(target)
        except Failure:
            return False
        return True


def _reason(value: LuaValue) -> str:
    if value is None or value == "":
        return "Connection closed by server"
    return decode(value) if isinstance(value, str) else json_text(value)


def json_text(value: LuaValue) -> str:
    """Give a Lua value as JSON (text); what has no JSON form is null, which the log says."""
    try:
        return decode(jsontext.encode(value))
    except jsontext.JsonError as error:
        log.warning("a message to a client cannot be sent as it is: %s", error)
        return "null"
