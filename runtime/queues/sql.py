"""Queues in a database: they outlive the node, and every message is handed out at least once.

A message that is handed out is leased: only its holder sees it until the lease ends. A holder that lives renews its
leases, so a handler may take as long as it likes; what a node that died held comes again when its leases end.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gevent
from gevent.event import Event

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.queues import codec
from runtime.queues.batch import Batch
from runtime.queues.line import Line
from runtime.queues.message import Message
from runtime.queues.queue import Driver, Queue, Subscription
from runtime.queues.table import Stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.data.database import Database
    from runtime.queues.queue import Declaration, Wanted
    from runtime.queues.table import Leased, MessageTable

# Seconds between attempts to delete a message that is done: databases refuse now and then, and servers restart.
_PAUSES = (0.02, 0.1, 0.5, 2.0, 0.0)
log = logging.getLogger("wippy.queue")


@dataclass(frozen=True)
class Times:
    """Seconds: how long a lease lasts, and how often to look for what other nodes have published."""

    lease: float = 30.0
    poll: float = 1.0


class SqlDriver(Driver):
    """Makes queues in one table."""

    name = "sql"

    def __init__(self, table: MessageTable, times: Times, own: Database | None = None) -> None:
        self.table = table
        self.times = times
        self._own = own

    def declare(self, declaration: Declaration) -> Queue:
        """Make a queue, or find the one that is there."""
        return SqlQueue(self, declaration)

    def close(self) -> None:
        """Close the database, if it is nobody else's."""
        if self._own is not None:
            self._own.close()


class SqlQueue(Queue):
    """The messages of one name in the table."""

    def __init__(self, driver: SqlDriver, declaration: Declaration) -> None:
        self.driver = driver
        self.closed = False
        self._subscriptions: set[SqlSubscription] = set()
        self._publishing = Batch(self._add)
        self.configure(declaration)

    def publish(self, message: Message) -> None:
        """Add a message; when this returns it is in the database."""
        if self.closed:
            raise Failure(Kind.INTERNAL, f"queue {self.name} is closed")
        headers = json.dumps(dict(message.headers))
        self._publishing.do(Stored(message.id, codec.encode(message.body, self.codec), headers))

    def _add(self, messages: Sequence[Stored]) -> None:
        self.driver.table.add(self.name, messages)
        self.wake()

    def wake(self) -> None:
        """Have the consumers of this node look for messages."""
        for subscription in self._subscriptions:
            subscription.wake()

    def subscribe(self, wanted: Wanted) -> SqlSubscription:
        """Begin to fetch messages."""
        subscription = SqlSubscription(self, wanted.prefetch)
        self._subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: SqlSubscription) -> None:
        """Forget a subscription."""
        self._subscriptions.discard(subscription)

    def configure(self, declaration: Declaration) -> None:
        """Follow another name, codec and way to retry."""
        self.name = declaration.name
        self.codec = declaration.codec
        self.retry = declaration.retry

    def info(self) -> dict[str, int]:
        """Count; the consumers are those of this node."""
        every, ready = self.driver.table.count(self.name)
        return {"message_count": every, "ready": ready, "consumer_count": self.consumers}

    def close(self) -> None:
        """Hand out no more; the messages stay."""
        self.closed = True
        for subscription in list(self._subscriptions):
            subscription.close()


class SqlSubscription(Subscription):
    """Fetches messages ahead, at most `prefetch` at a time, and keeps the leases of those that are not settled."""

    def __init__(self, queue: SqlQueue, prefetch: int) -> None:
        self.queue = queue
        self._prefetch = prefetch
        self._table = queue.driver.table
        self._times = queue.driver.times
        self._holder = str(uuid4())
        self._buffer: deque[SqlReceipt] = deque()
        # Messages fetched and not settled, those in the buffer included.
        self._held: set[int] = set()
        self._closed = False
        self._takers = Line()
        self._look = Event()
        self._removing = Batch(self._remove)
        self._fetcher = gevent.spawn(self._fetch_all)
        gevent.spawn(self._keep_leases)

    def take(self) -> SqlReceipt | None:
        """Wait for a message; one that was handed out too often without an end counts as failed."""
        while not self._closed:
            if self._buffer:
                receipt = self._buffer.popleft()
                dead = self.queue.retry.dead
                if dead is None or receipt.attempts <= dead.attempts:
                    return receipt
                self.queue.retry.fail(receipt, "its handler was cut off each time")
            else:
                self._takers.wait()
        return None

    def close(self) -> None:
        """Fetch no more, and let others have what is in the buffer."""
        if self._closed:
            return
        self._closed = True
        self.queue.leave(self)
        self._fetcher.kill(block=False)
        unused = [receipt.seq for receipt in self._buffer]
        self._buffer.clear()
        if unused:
            gevent.spawn(self._give_back, unused, 0.0, -1)
        self._takers.call_all()

    def wake(self) -> None:
        """Look for messages now."""
        self._look.set()

    # --- settling -----------------------------------------------------------------------------------------------------

    def remove(self, seq: int) -> None:
        """Forget a message; when that fails, again and again, it comes another time when its lease ends."""
        try:
            for pause in _PAUSES:
                try:
                    self._removing.do(seq)
                except Failure as failure:
                    reason = failure.message
                    gevent.sleep(pause)
                else:
                    return
            log.error("a message of %s that is done will come again: %s", self.queue.name, reason)
        finally:
            self._let_go([seq])

    def _remove(self, seqs: Sequence[int]) -> None:
        gone = len(seqs) - self._table.remove(self._holder, seqs)
        if gone:
            log.warning("%d messages of %s were handed out again before they were done", gone, self.queue.name)

    def give_back(self, seq: int, delay: float, attempts: int = 0) -> None:
        """Have a message handed out again; does not wait for that."""
        gevent.spawn(self._give_back, [seq], delay, attempts)

    def _give_back(self, seqs: Sequence[int], delay: float, attempts: int) -> None:
        try:
            self._table.give_back(self._holder, seqs, delay, attempts)
        except Failure as failure:
            log.warning("messages of %s come again when their leases end: %s", self.queue.name, failure.message)
        self._let_go(seqs)
        if delay > 0:
            gevent.sleep(delay)
        self.queue.wake()

    def _let_go(self, seqs: Sequence[int]) -> None:
        self._held.difference_update(seqs)
        self._look.set()

    # --- fetching -----------------------------------------------------------------------------------------------------

    def _fetch_all(self) -> None:
        troubled = False
        while True:
            self._look.clear()
            room = self._prefetch - len(self._held)
            found = 0
            if room > 0:
                try:
                    found = self._fetch(room)
                    troubled = False
                except Failure as failure:
                    if not troubled:
                        log.warning("cannot fetch messages of %s, trying again: %s", self.queue.name, failure.message)
                    troubled = True
            if found < room or room <= 0:
                self._look.wait(self._times.poll if room > 0 else None)

    def _fetch(self, room: int) -> int:
        leased = self._table.lease(self.queue.name, self._holder, room, self._times.lease)
        self._held.update(row.seq for row in leased)
        for row in leased:
            self._buffer.append(SqlReceipt(self, row))
            self._takers.call_next()
        return len(leased)

    def _keep_leases(self) -> None:
        """Renew leases until the last message is settled."""
        while not self.queue.closed and (not self._closed or self._held):
            gevent.sleep(self._times.lease / 3)
            if self._held:
                try:
                    self._table.extend(self._holder, list(self._held), self._times.lease)
                except Failure as failure:
                    log.warning("cannot renew leases of %s: %s", self.queue.name, failure.message)


class SqlReceipt:
    """A leased message."""

    __slots__ = ("_subscription", "attempts", "message", "seq")

    def __init__(self, subscription: SqlSubscription, leased: Leased) -> None:
        self._subscription = subscription
        self.seq = leased.seq
        self.attempts = leased.attempts
        stored = leased.stored
        headers: dict[str, Any] = json.loads(stored.headers)
        self.message = Message(codec.decode(stored.body, subscription.queue.codec), headers, stored.id)

    def done(self) -> None:
        """Delete the row."""
        self._subscription.remove(self.seq)

    def back(self, delay: float) -> None:
        """Put the row behind the others."""
        self._subscription.give_back(self.seq, delay)

    def unused(self) -> None:
        """Put the row behind the others; this was no attempt."""
        self._subscription.give_back(self.seq, 0.0, -1)
