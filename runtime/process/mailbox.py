"""The mailbox of a process: routes messages to listeners by topic, and keeps those that nobody asked for yet."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.process.channel import UNBOUNDED, Channel
from runtime.process.message import Envelope, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.lua.types import LuaValue

INBOX = "@pid/inbox"
EVENTS = "@pid/events"


@dataclass(slots=True)
class Subscription:
    """A channel bound to a topic; `messages` tells whether it gets Message objects or plain values."""

    channel: Channel
    messages: bool

    def deliver(self, envelope: Envelope) -> None:
        """Put a message in the channel."""
        value: LuaValue = Message(envelope) if self.messages else envelope.raw()
        self.channel.post(value)


class Mailbox:
    """Messages of one process in order of arrival; unbounded, as the contract says (semantics 1.3, 1.6)."""

    __slots__ = ("subscriptions", "waiting")

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.waiting: deque[Envelope] | tuple[()] = ()

    def deliver(self, envelope: Envelope) -> None:
        """Route a message: to the listener of its topic, else to the inbox, else it waits."""
        subscription = self._receiver(envelope.topic)
        if subscription is None:
            if isinstance(self.waiting, tuple):
                self.waiting = deque()
            self.waiting.append(envelope)
        else:
            subscription.deliver(envelope)

    def _receiver(self, topic: str) -> Subscription | None:
        found = self._open(topic)
        return found if found is not None or topic.startswith("@") else self._open(INBOX)

    def _open(self, topic: str) -> Subscription | None:
        """Find a subscription, unless the program has closed its channel, which ends it."""
        found = self.subscriptions.get(topic)
        if found is not None and found.channel.closed:
            del self.subscriptions[topic]
            return None
        return found

    def subscribe(self, topic: str, *, messages: bool) -> Channel:
        """Give the channel of a topic, and at first what already waits for it."""
        known = self._open(topic)
        if known is not None:
            known.messages = known.messages or messages
            return known.channel
        channel = Channel(UNBOUNDED)
        self.bind(topic, channel, messages=messages)
        return channel

    def bind(self, topic: str, channel: Channel, *, messages: bool) -> None:
        """Bind a channel to a topic that has none."""
        self.subscriptions[topic] = Subscription(channel, messages)
        waiting, self.waiting = self.waiting, ()
        for envelope in waiting:
            self.deliver(envelope)

    def unread(self, topic: str) -> list[LuaValue]:
        """List the plain values of a topic that nobody has received."""
        subscription = self.subscriptions.get(topic)
        received = list(subscription.channel.buffer) if subscription is not None else []
        return received + [envelope.raw() for envelope in self.waiting if envelope.topic == topic]

    def discard(self, topic: str, unwanted: Callable[[LuaValue], bool]) -> None:
        """Drop messages of a topic that nobody has asked for yet."""
        self.waiting = deque(
            envelope for envelope in self.waiting if envelope.topic != topic or not unwanted(envelope.raw())
        )

    def begin_anew(self) -> None:
        """Drop all subscriptions, but none of the messages in their channels, which come first, topic by topic."""
        unread = [
            envelope
            for topic, subscription in self.subscriptions.items()
            for envelope in _unread(topic, subscription.channel)
        ]
        self.subscriptions = {}
        self.waiting = deque([*unread, *self.waiting])

    def channel_of(self, topic: str) -> Channel | None:
        """Give the channel of a topic, None when it has none."""
        found = self._open(topic)
        return found.channel if found is not None else None

    def unsubscribe(self, channel: Channel) -> bool:
        """Close a channel and forget its topics; later messages go to the inbox again. False when it has none."""
        topics = [topic for topic, subscription in self.subscriptions.items() if subscription.channel is channel]
        for topic in topics:
            del self.subscriptions[topic]
        if topics:
            channel.close()
        return bool(topics)


def _unread(topic: str, channel: Channel) -> Iterator[Envelope]:
    """Give what nobody has received from the channel of a topic; of a plain value the sender is not known any more."""
    while (taken := channel.receive_nowait()) is not None and taken[1]:
        value = taken[0]
        yield value.envelope if isinstance(value, Message) else Envelope(None, topic, (value,))
