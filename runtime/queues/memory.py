"""Queues in the memory of the node, gone with it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.lua.errors import Kind
from runtime.process.timing import start_timer
from runtime.queues.line import Line
from runtime.queues.queue import Driver, Queue, Subscription

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.queues.message import Message
    from runtime.queues.queue import Declaration, Wanted

_MAX_LENGTH = 1000


class MemoryDriver(Driver):
    """Makes queues in memory."""

    name = "memory"

    def declare(self, declaration: Declaration) -> Queue:
        """Make an empty queue."""
        return MemoryQueue(declaration)


class MemoryQueue(Queue):
    """A queue in memory with room for `max_length` messages; those given back find room always."""

    def __init__(self, declaration: Declaration) -> None:
        self._name = declaration.name
        self._messages: deque[MemoryReceipt] = deque()
        # Messages that failed and wait to be handed out again.
        self._delayed = 0
        self._publishers = Line()
        self._takers = Line()
        self._closed = False
        self.configure(declaration)

    def publish(self, message: Message) -> None:
        """Add a message, and wait while the queue is full."""
        while not self._closed and len(self._messages) >= self._max_length:
            self._publishers.wait()
        if self._closed:
            raise Failure(Kind.INTERNAL, f"queue {self._name} is closed")
        self.add(MemoryReceipt(self, message))

    def add(self, receipt: MemoryReceipt) -> None:
        """Put a message at the end, even of a full queue: a handler that waited here could block its own queue."""
        if not self._closed:
            self._messages.append(receipt)
            self._takers.call_next()

    def add_later(self, receipt: MemoryReceipt, delay: float) -> None:
        """Put a message at the end when so many seconds have passed."""
        if delay <= 0:
            self.add(receipt)
            return
        self._delayed += 1
        start_timer(delay, lambda: self._add_delayed(receipt))

    def _add_delayed(self, receipt: MemoryReceipt) -> None:
        self._delayed -= 1
        self.add(receipt)

    def subscribe(self, _wanted: Wanted) -> MemorySubscription:
        """Hand out messages to those who ask."""
        return MemorySubscription(self)

    def take(self, subscription: MemorySubscription) -> MemoryReceipt | None:
        """Wait for a message."""
        while not self._closed and not subscription.closed and not self._messages:
            self._takers.wait()
        if self._closed or subscription.closed:
            self._takers.call_next()
            return None
        receipt = self._messages.popleft()
        receipt.attempts += 1
        self._publishers.call_next()
        return receipt

    def leave(self) -> None:
        """Have all who wait for a message look whether they still want one."""
        self._takers.call_all()

    def configure(self, declaration: Declaration) -> None:
        """Take a new length; a queue that is longer is only emptied until it fits."""
        self._max_length = _max_length(declaration.options)
        self.retry = declaration.retry
        self._publishers.call_all()

    def info(self) -> dict[str, int]:
        """Count."""
        ready = len(self._messages)
        return {"message_count": ready + self._delayed, "ready": ready, "consumer_count": self.consumers}

    def close(self) -> None:
        """Drop the messages."""
        self._closed = True
        self._messages.clear()
        self._publishers.call_all()
        self._takers.call_all()


class MemoryReceipt:
    """A message in memory; it is its own receipt."""

    __slots__ = ("_queue", "attempts", "message")

    def __init__(self, queue: MemoryQueue, message: Message) -> None:
        self._queue = queue
        self.message = message
        self.attempts = 0

    def done(self) -> None:
        """Have nothing to do: a message that was taken is not in the queue any more."""

    def back(self, delay: float) -> None:
        """Put the message at the end."""
        self._queue.add_later(self, delay)

    def unused(self) -> None:
        """Put the message at the end; this was no attempt."""
        self.attempts -= 1
        self._queue.add(self)


class MemorySubscription(Subscription):
    """Takes messages from the queue when a worker is free, whatever `prefetch` says: on the way none can be lost."""

    def __init__(self, queue: MemoryQueue) -> None:
        self._queue = queue
        self.closed = False

    def take(self) -> MemoryReceipt | None:
        """Wait for a message."""
        return self._queue.take(self)

    def close(self) -> None:
        """Want no more."""
        self.closed = True
        self._queue.leave()


def _max_length(options: Mapping[str, Any]) -> int:
    given = options.get("max_length") or _MAX_LENGTH
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise ValueError(f"max_length must be a whole number that is not negative, got {given!r}")
    return given
