"""sse_relay: makes the answer a stream of server-sent events, which processes send."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import falcon
from gevent import get_hub
from gevent.event import Event

from runtime.binding.text import encode
from runtime.http.departures import client_is_gone
from runtime.http.relay.answer import Asking, refuse
from runtime.http.relay.relay import Relay, json_text
from runtime.http.takeover import LONG_LIVED
from runtime.lua.table import Table
from runtime.process.timing import start_timer

if TYPE_CHECKING:
    from collections.abc import Collection

    from runtime.http.middleware.options import Node, Options, Wrap
    from runtime.http.relay.command import Command
    from runtime.lua.types import LuaValue
    from runtime.process.timing import TimerHandle
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http.relay")
HEADER = "X-SSE-Relay"
_TOPIC = "sse.message"
_MAX_PENDING = 16 * 1024 * 1024  # bytes that may wait for a slow client
_READ = 1  # of the event loop's watchers


def make(options: Options, node: Node) -> Wrap:
    """Make the middleware."""
    origins = options.listed("sserelay.allowed.origins", "", "allow_origins", "allowed_origins")

    def begin(request: falcon.Request, response: falcon.Response, command: Command) -> None:
        relay = SseRelay(node, request.context.service, command)
        if command.target is not None and not relay.lives(command.target):
            refuse(response, falcon.HTTP_404, f"the target process {command.target} is not alive")
            return
        _begin(request, response, relay)

    return Asking(HEADER, _TOPIC, origins).wrap(begin, _answers_itself)


def _answers_itself(response: falcon.Response) -> bool:
    answered = response.status_code != 200 or bool(response.data) or response.stream is not None
    if answered:
        log.warning("no events are relayed: the handler has answered by itself")
    return answered


def _begin(request: falcon.Request, response: falcon.Response, relay: SseRelay) -> None:
    response.content_type = "text/event-stream"
    response.set_header("Cache-Control", "no-cache")
    response.set_header("X-Accel-Buffering", "no")  # proxies such as nginx pass events on at once
    if request.method != "HEAD":
        response.data = response.text = None
        response.stream = _Stream(relay, request.env)


class SseRelay(Relay):
    """A stream of events as a process. `pieces` waits in `next_piece`; everything else never waits."""

    kind = "sse"
    ended = "sse relay closed"

    def __init__(self, node: Any, service: EntryId, command: Command) -> None:
        super().__init__(node, service, command)
        self._pieces: deque[bytes] = deque()
        self._pending = 0
        self._filled = Event()
        self._finished = False
        self._idle: TimerHandle | None = None
        self._hard: TimerHandle | None = None

    def start(self) -> None:
        """Begin, with a comment, so that the client knows; without a target tell it where to send a producer."""
        self._put(b": connected\n\n")
        super().start()
        if self.target is None and not self._finished:
            ready = {
                "stream_pid": encode(str(self.pid)),
                "message_topic": encode(self.command.message_topic),
                "metadata": self.command.metadata,
            }
            self._write("ready", json_text(Table.from_dict(ready)))
        self._wait_idle()
        self._wait_hard()

    def end(self) -> None:
        """End as a process; again without effect."""
        for timer in (self._idle, self._hard):
            if timer is not None:
                timer.stop()
        self._finished = True
        self._filled.set()
        super().end()

    def forward(self, topic: str, value: LuaValue) -> None:
        """Send an event, if its topic is the wanted one; the topic is its name."""
        if self.command.message_topic in (topic, "*") and "\n" not in topic and "\r" not in topic:
            self.count += 1
            self._write(topic, json_text(value))
            self._wait_idle()

    def finish(self, reason: str, *, going_away: bool = False) -> None:  # noqa: ARG002  (there is one way to end a stream)
        """Say why in a last event, and end the stream."""
        if not self._finished:
            self._write("done", json.dumps({"reason": reason}, ensure_ascii=False))
            self._finished = True
            self._filled.set()

    def beat(self) -> None:
        """Send a comment."""
        self._put(b": ping\n\n")

    def adapt(self, fields: Collection[str]) -> None:
        """Set anew the limits that the command has changed."""
        if "idle_timeout" in fields:
            self._wait_idle()
        if "hard_timeout" in fields:
            self._wait_hard()

    def next_piece(self) -> bytes | None:
        """Wait for what is to be sent; None at the end."""
        while not self._pieces:
            if self._finished:
                return None
            self._filled.clear()
            self._filled.wait()
        piece = b"".join(self._pieces)
        self._pieces.clear()
        self._pending = 0
        return piece

    def _write(self, name: str, data: str) -> None:
        self._put(f"event: {name}\ndata: {data}\n\n".encode("utf-8", "replace"))

    def _put(self, piece: bytes) -> None:
        if self._finished:
            return
        self._pieces.append(piece)
        self._pending += len(piece)
        self._filled.set()
        if self._pending > _MAX_PENDING:
            log.warning("%s: the client is too slow and was cut off", self.pid)
            self._finished = True
            self._pieces.clear()

    def _wait_idle(self) -> None:
        self._idle = self._limit(self._idle, self.command.idle_timeout, "idle timeout")

    def _wait_hard(self) -> None:
        self._hard = self._limit(self._hard, self.command.hard_timeout, "hard timeout")

    def _limit(self, running: TimerHandle | None, seconds: float, reason: str) -> TimerHandle | None:
        if running is not None:
            running.stop()
        return start_timer(seconds, lambda: self.finish(reason)) if seconds else None


class _Stream(Iterator[bytes]):
    """The body of the answer. The relay starts with its first piece and ends with its close, whatever the reason."""

    def __init__(self, relay: SseRelay, environ: dict[str, Any]) -> None:
        self._relay = relay
        self._environ = environ
        self._started = False
        self._watcher: Any = None

    def __next__(self) -> bytes:
        if not self._started:
            self._started = True
            self._environ.get(LONG_LIVED, _nothing)()
            self._watch()
            self._relay.start()
        piece = self._relay.next_piece()
        if piece is None:
            raise StopIteration
        return piece

    def close(self) -> None:
        """End the relay: the server has sent everything, or the client is gone."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
        if self._started:
            self._relay.end()

    def _watch(self) -> None:
        """Learn when the client goes: a stream with nothing to send would not notice before its next heartbeat."""
        sock = self._environ.get("gunicorn.socket")
        if sock is not None:
            self._watcher = get_hub().loop.io(sock.fileno(), _READ)
            self._watcher.start(self._look)

    def _look(self) -> None:
        if client_is_gone(self._environ):
            self._relay.end()
        self._watcher.stop()  # else it says something, which has to wait


def _nothing() -> None:
    """Keep the place: the server has no other."""
