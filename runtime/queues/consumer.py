"""queue.consumer: has a function work on the messages of a queue (documentation page guides/queue-consumers)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gevent

from runtime.binding import Failure
from runtime.queues.message import Delivery
from runtime.queues.queue import Queue
from runtime.supervisor.service import Service, ServiceError

if TYPE_CHECKING:
    from greenlet import greenlet

    from runtime.queues.message import Message
    from runtime.registry.entry import EntryId
    from runtime.supervisor.lifecycle import Lifecycle

log = logging.getLogger("wippy.queue")
# The name under which a call carries its delivery.
DELIVERY = "queue.delivery"


@dataclass(frozen=True)
class Work:
    """What a consumer does: `workers` messages at a time; with `auto_ack` each counts as done when it is taken."""

    queue: EntryId
    func: EntryId
    workers: int
    auto_ack: bool


class Consumer(Service):
    """Workers, each a greenlet that takes a message, calls the function and settles the message by its result."""

    def __init__(self, node: Any, entry_id: EntryId, lifecycle: Lifecycle, work: Work) -> None:
        self.node = node
        self.id = entry_id
        self.lifecycle = lifecycle
        self._work = work
        self._queue: Queue | None = None
        self._workers: set[gevent.Greenlet[..., None]] = set()
        self._busy: set[greenlet] = set()
        self._leaving = False

    def start(self) -> None:
        """Start the workers."""
        queue = self.node.resources.find(self._work.queue)
        if not isinstance(queue, Queue):
            raise ServiceError(f"{self._work.queue} is no queue: name an entry of kind queue.queue", final=True)
        self._leaving = False
        self._queue = queue
        queue.consumers += 1
        self._workers = {gevent.spawn(self._run, queue) for _ in range(self._work.workers)}

    def stop(self, timeout: float) -> None:
        """Take no more messages and let the calls under way finish; those that do not in time are ended."""
        self._leaving = True
        if self._queue is not None:
            self._queue.consumers -= 1
            self._queue = None
        workers, self._workers = self._workers, set()
        gevent.killall([worker for worker in workers if worker not in self._busy])
        gevent.joinall(list(workers), timeout)
        late = [worker for worker in workers if not worker.dead]
        gevent.killall(late)
        if late:
            raise ServiceError(f"{len(late)} messages were not dealt with within {timeout:g} s")

    def _run(self, queue: Queue) -> None:
        me = gevent.getcurrent()
        while not self._leaving:
            message = queue.take()
            if message is None:
                return
            self._busy.add(me)
            try:
                self._deal_with(Delivery(queue, message))
            finally:
                self._busy.discard(me)

    def _deal_with(self, delivery: Delivery) -> None:
        """Call the function and settle; a call that is cut off gives the message back."""
        if self._work.auto_ack:
            delivery.ack()
        try:
            done = self._call(delivery)
        except BaseException:
            delivery.nack()
            raise
        finally:
            delivery.released = True
        if done:
            delivery.ack()
        elif delivery.nack():
            gevent.sleep(0)  # a call that fails at once, again and again, must not hold up everybody else

    def _call(self, delivery: Delivery) -> bool:
        """Call the function; tell whether the message is dealt with: by any result but an error."""
        message = delivery.message
        context = replace(self.node.policies.context(self.lifecycle.security, self.id), carried={DELIVERY: delivery})
        try:
            self.node.functions.call(self._work.func, [message.body], context)
        except Failure as failure:
            self._complain(message, failure.message)
        except Exception as broken:
            log.exception("internal error: consumer %s", self.id)
            self._complain(message, type(broken).__name__)
        else:
            return True
        return False

    def _complain(self, message: Message, reason: str) -> None:
        log.error("consumer %s: %s failed on message %s: %s", self.id, self._work.func, message.id, reason)
