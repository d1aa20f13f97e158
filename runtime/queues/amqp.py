"""Queues of an AMQP broker (RabbitMQ).

What is published is confirmed by the broker before `publish` returns. Each consumer has a channel with its prefetch; a
message that fails stays with it while it waits for its next attempt, and is then given back. Attempts are counted
here, for the broker only tells that there was one.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gevent
from gevent.lock import BoundedSemaphore

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.process.completion import Completion
from runtime.process.outcome import Outcome
from runtime.process.timing import start_timer
from runtime.queues import amqp_messages, codec
from runtime.queues.amqp_link import ERRORS, Link, away
from runtime.queues.line import Line
from runtime.queues.queue import Driver, Queue, Subscription
from runtime.queues.retry import duration_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pika import Parameters

    from runtime.queues.message import Message
    from runtime.queues.queue import Declaration, Wanted

log = logging.getLogger("wippy.queue")
_REMEMBERED = 100_000  # messages that failed, whose attempts are counted


@dataclass(frozen=True)
class Defaults:
    """What queues and messages have that say nothing of their own; seconds, 0 for none."""

    message_ttl: float = 0.0
    queue_ttl: float = 0.0
    queue_expiry: float = 0.0
    prefetch: int = 0
    delays: tuple[float, float] = (1.0, 30.0)


class AmqpDriver(Driver):
    """A broker."""

    name = "amqp"
    short_names = True

    def __init__(self, parameters: Parameters, defaults: Defaults, where: str) -> None:
        self.defaults = defaults
        self.link = Link(parameters, defaults.delays, self._restore, where)
        self._queues: list[AmqpQueue] = []

    def declare(self, declaration: Declaration) -> Queue:
        """Make a queue, at the broker too as soon as there is a connection."""
        queue = AmqpQueue(self, declaration)
        self._queues.append(queue)
        if self.link.is_up:
            try:
                queue.restore()
            except Failure as failure:
                self._queues.remove(queue)
                raise ValueError(failure.message) from None
        return queue

    def forget(self, queue: AmqpQueue) -> None:
        """Declare a queue no more."""
        self._queues.remove(queue)

    def close(self) -> None:
        """Close the connection."""
        self.link.stop()

    def _restore(self) -> None:
        for queue in list(self._queues):
            try:
                queue.restore()
            except Failure as failure:
                if failure.kind == Kind.UNAVAILABLE:
                    raise
                log.error("queue %s cannot be used: %s", queue.name, failure.message)  # noqa: TRY400


class AmqpQueue(Queue):
    """A queue at the broker."""

    def __init__(self, driver: AmqpDriver, declaration: Declaration) -> None:
        self.driver = driver
        self._channel: Any = None
        # Publications that the broker has not confirmed, by their number on the channel.
        self._unconfirmed: dict[int, tuple[str, Completion]] = {}
        self._published = 0
        # Messages that had no queue to go to; their confirmations follow.
        self._returned: set[str] = set()
        self._restoring = BoundedSemaphore(1)
        self._subscriptions: set[AmqpSubscription] = set()
        self.attempts: OrderedDict[str, int] = OrderedDict()
        self._arguments: dict[str, Any] = {}
        self.configure(declaration)

    def configure(self, declaration: Declaration) -> None:
        """Follow new options; the broker's queue keeps the arguments that it was made with."""
        options, defaults = declaration.options, self.driver.defaults
        ttl = duration_of(options, "message_ttl", defaults.queue_ttl)
        expiry = duration_of(options, "queue_expiry", defaults.queue_expiry)
        arguments = dict(options.get("arguments") or {})
        if ttl > 0:
            arguments["x-message-ttl"] = round(ttl * 1000)
        if expiry > 0:
            arguments["x-expires"] = round(expiry * 1000)
        if options.get("max_length"):
            arguments["x-max-length"] = int(options["max_length"])
        self._arguments = arguments
        self._durable = options.get("durable") is not False
        self._auto_delete = options.get("auto_delete") is True
        self.name = declaration.name
        self.codec = declaration.codec
        self.retry = declaration.retry

    def restore(self) -> None:
        """Declare the queue on a new connection and subscribe again; raise Failure."""
        with self._restoring:
            made = {"durable": self._durable, "auto_delete": self._auto_delete, "arguments": self._arguments}
            self.driver.link.request(lambda channel, take: channel.queue_declare(self.name, callback=take, **made))
            if self._channel is None:
                channel = self.driver.link.open_channel()
                channel.add_on_close_callback(self._on_close)
                channel.add_on_return_callback(self._on_return)
                channel.confirm_delivery(self._on_confirm)
                self._published = 0
                self._channel = channel
            for subscription in list(self._subscriptions):
                subscription.attach()

    def publish(self, message: Message) -> None:
        """Send a message and wait until the broker has it."""
        body = codec.encode(message.body, self.codec)
        properties = amqp_messages.properties(message, self.codec, self.driver.defaults.message_ttl)
        if self._channel is None:
            self.restore()
        done = Completion()
        mandatory = amqp_messages.is_mandatory(message)
        try:
            self._channel.basic_publish("", self.name, body, properties, mandatory=mandatory)
        except ERRORS as error:
            raise away(f"the broker does not take the message: {error}") from None
        self._published += 1
        self._unconfirmed[self._published] = (message.id, done)
        failure = done.wait().value
        if failure is not None:
            raise failure

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        numbers = [number for number in self._unconfirmed if number <= method.delivery_tag]
        for number in numbers if method.multiple else [method.delivery_tag]:
            if number in self._unconfirmed:
                message_id, done = self._unconfirmed.pop(number)
                done.set(Outcome(self._verdict(method.NAME, message_id)))

    def _verdict(self, name: str, message_id: str) -> Failure | None:
        if name.endswith("Nack"):
            return away(f"the broker has no room for messages of queue {self.name}")
        if message_id in self._returned:
            self._returned.discard(message_id)
            return Failure(Kind.NOT_FOUND, f"the broker has no queue {self.name}")
        return None

    def _on_return(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        self._returned.add(properties.message_id)

    def _on_close(self, _channel: Any, reason: object) -> None:
        self._channel = None
        waiting, self._unconfirmed = self._unconfirmed, {}
        for _, done in waiting.values():
            text = f"the connection to the broker was lost: {reason}; nobody knows whether the message has arrived"
            done.set(Outcome(away(text, retryable=None)))

    def subscribe(self, wanted: Wanted) -> AmqpSubscription:
        """Begin to receive messages, now or as soon as there is a connection."""
        subscription = AmqpSubscription(self, wanted)
        if self.driver.link.is_up:
            subscription.attach()
        self._subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: AmqpSubscription) -> None:
        """Forget a subscription."""
        self._subscriptions.discard(subscription)

    def count_attempt(self, message: Message, given: Mapping[str, Any]) -> int:
        """Count a delivery; queues of type quorum count themselves."""
        counted = int(given.get("x-delivery-count") or 0) + 1
        attempts = max(self.attempts.pop(message.id, 0) + 1, counted)
        self.attempts[message.id] = attempts
        if len(self.attempts) > _REMEMBERED:
            self.attempts.popitem(last=False)
        return attempts

    def info(self) -> dict[str, int]:
        """Ask the broker how many messages are ready, and how many consumers there are on all nodes."""
        frame = self.driver.link.request(
            lambda channel, take: channel.queue_declare(self.name, passive=True, callback=take)
        )
        ready = frame.method.message_count
        return {"message_count": ready, "ready": ready, "consumer_count": frame.method.consumer_count}

    def close(self) -> None:
        """Have nothing to do with the queue any more; it stays at the broker."""
        for subscription in list(self._subscriptions):
            subscription.close()
        self.driver.forget(self)
        if self._channel is not None and self._channel.is_open:
            self._channel.close()


class AmqpSubscription(Subscription):
    """A consumer at the broker, on a channel of its own."""

    def __init__(self, queue: AmqpQueue, wanted: Wanted) -> None:
        self.queue = queue
        options = wanted.options.get("amqp")
        self._options: dict[str, Any] = options if isinstance(options, dict) else {}
        self._prefetch = wanted.prefetch or queue.driver.defaults.prefetch
        self._channel: Any = None
        self._buffer: deque[AmqpReceipt] = deque()
        self._held = 0
        self._closed = False
        self._takers = Line()

    def attach(self) -> None:
        """Consume on the connection that there is, unless that is so; raise Failure."""
        if self._channel is not None:
            return
        channel = self.queue.driver.link.open_channel()
        channel.add_on_close_callback(self._on_close)
        channel.add_on_cancel_callback(lambda _frame: channel.close())
        channel.basic_qos(prefetch_count=self._prefetch)
        arguments = {"no_local": True} if self._options.get("no_local") is True else None
        self._channel = channel
        channel.basic_consume(
            self.queue.name,
            self._on_message,
            exclusive=self._options.get("exclusive") is True,
            consumer_tag=f"{self._options.get('consumer_tag') or self.queue.name}-{uuid4().hex[:8]}",
            arguments=arguments,
        )

    def take(self) -> AmqpReceipt | None:
        """Wait for a message."""
        while not self._closed:
            if self._buffer:
                return self._buffer.popleft()
            self._takers.wait()
        return None

    def close(self) -> None:
        """Receive no more, and give back what is in the buffer; what was taken can be settled until the link ends."""
        if self._closed:
            return
        self._closed = True
        self.queue.leave(self)
        channel = self._channel
        if channel is not None and channel.is_open:
            for tag in list(channel.consumer_tags):
                channel.basic_cancel(tag)
            self._end_if_settled()
        buffer, self._buffer = self._buffer, deque()
        for receipt in buffer:
            receipt.unused()
        self._takers.call_all()

    def _on_message(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        message = amqp_messages.message_of(properties, body, self.queue.codec)
        attempts = self.queue.count_attempt(message, properties.headers or {})
        receipt = AmqpReceipt(self, channel, method.delivery_tag, message, attempts)
        self._held += 1
        if self._closed:
            receipt.unused()
            return
        self._buffer.append(receipt)
        self._takers.call_next()

    def _on_close(self, channel: Any, reason: object) -> None:
        """Drop what the broker will deliver again; consume anew if it was the channel alone that has ended."""
        if channel is not self._channel:
            return
        self._channel = None
        self._held = 0
        self._buffer.clear()
        if not self._closed and self.queue.driver.link.is_up:
            log.warning("the broker has ended a consumer of queue %s: %s", self.queue.name, reason)
            gevent.spawn_later(self.queue.driver.defaults.delays[0], self._attach_again)

    def settled(self, channel: Any) -> None:
        """Take note that the broker has heard of a message."""
        if channel is self._channel:
            self._held -= 1
            self._end_if_settled()

    def _end_if_settled(self) -> None:
        if self._closed and self._held <= 0 and self._channel is not None and self._channel.is_open:
            self._channel.close()

    def _attach_again(self) -> None:
        if self._closed or self._channel is not None or not self.queue.driver.link.is_up:
            return
        try:
            self.queue.restore()
        except Failure as failure:
            log.warning("cannot consume from queue %s, trying again: %s", self.queue.name, failure.message)
            gevent.spawn_later(self.queue.driver.defaults.delays[1], self._attach_again)


@dataclass
class AmqpReceipt:
    """A message that the broker has delivered and waits to hear of."""

    subscription: AmqpSubscription
    channel: Any
    tag: int
    message: Message
    attempts: int

    def done(self) -> None:
        """Acknowledge it."""
        self.subscription.queue.attempts.pop(self.message.id, None)
        self._settle(lambda: self.channel.basic_ack(self.tag))

    def back(self, delay: float) -> None:
        """Give it back when the time has come."""
        if delay > 0:
            start_timer(delay, self._requeue)
        else:
            self._requeue()

    def unused(self) -> None:
        """Give it back; this was no attempt."""
        counts = self.subscription.queue.attempts
        if self.message.id in counts:
            counts[self.message.id] -= 1
        self._requeue()

    def _requeue(self) -> None:
        self._settle(lambda: self.channel.basic_nack(self.tag, requeue=True))

    def _settle(self, tell: Callable[[], object]) -> None:
        try:
            if self.channel.is_open:
                tell()
                self.subscription.settled(self.channel)
                return
        except ERRORS:
            pass
        name = self.subscription.queue.name
        log.warning("message %s of queue %s will come again: its connection has ended", self.message.id, name)
