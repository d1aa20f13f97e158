"""Queues in the memory of the node, gone with it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.lua.errors import Kind
from runtime.process.completion import Completion, Outcome
from runtime.queues.queue import Driver, Queue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.queues.message import Message

_MAX_LENGTH = 1000


class MemoryDriver(Driver):
    """Makes queues in memory."""

    name = "memory"

    def declare(self, queue_name: str, options: Mapping[str, Any]) -> Queue:
        """Make an empty queue."""
        return MemoryQueue(queue_name, options)


class MemoryQueue(Queue):
    """A queue in memory with room for `max_length` messages; those given back find room always."""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self._name = name
        self._messages: deque[Message] = deque()
        self._publishers = _Line()
        self._takers = _Line()
        self._closed = False
        self._max_length = _max_length(options)

    def publish(self, message: Message) -> None:
        """Add a message, and wait while the queue is full."""
        while not self._closed and len(self._messages) >= self._max_length:
            self._publishers.wait()
        if self._closed:
            raise Failure(Kind.INTERNAL, f"queue {self._name} is closed")
        self._add(message)

    def give_back(self, message: Message) -> None:
        """Put a message at the end, even of a full queue: a handler that waited here could block its own queue."""
        if not self._closed:
            self._add(message)

    def _add(self, message: Message) -> None:
        self._messages.append(message)
        self._takers.call_next()

    def take(self) -> Message | None:
        """Wait for a message."""
        while not self._closed and not self._messages:
            self._takers.wait()
        if self._closed:
            return None
        message = self._messages.popleft()
        self._publishers.call_next()
        return message

    def configure(self, options: Mapping[str, Any]) -> None:
        """Take a new length; a queue that is longer is only emptied until it fits."""
        self._max_length = _max_length(options)
        self._publishers.call_all()

    def info(self) -> dict[str, int]:
        """Count."""
        ready = len(self._messages)
        return {"message_count": ready, "ready": ready, "consumer_count": self.consumers}

    def close(self) -> None:
        """Drop the messages."""
        self._closed = True
        self._messages.clear()
        self._publishers.call_all()
        self._takers.call_all()


class _Line:
    """Those who wait for something, the longest first; who is called looks again whether it is there."""

    def __init__(self) -> None:
        self._waiting: dict[Completion, None] = {}

    def wait(self) -> None:
        """Wait to be called."""
        turn = Completion()
        self._waiting[turn] = None
        try:
            turn.wait()
        except BaseException:
            if turn.outcome is not None:
                self.call_next()  # called, and ended before it could follow: the next one must not miss it
            raise
        finally:
            self._waiting.pop(turn, None)

    def call_next(self) -> None:
        """Call who waits longest."""
        if self._waiting:
            turn = next(iter(self._waiting))
            del self._waiting[turn]
            turn.set(Outcome())

    def call_all(self) -> None:
        """Call everybody."""
        while self._waiting:
            self.call_next()


def _max_length(options: Mapping[str, Any]) -> int:
    given = options.get("max_length") or _MAX_LENGTH
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise ValueError(f"max_length must be a whole number that is not negative, got {given!r}")
    return given
