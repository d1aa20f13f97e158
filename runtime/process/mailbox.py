"""The mailbox of a process: routes messages to listeners by topic, and keeps those that nobody asked for yet."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.process.channel import UNBOUNDED, Channel
from runtime.process.message import Envelope, Message

if TYPE_CHECKING:
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
        self.channel.send_nowait(value)


class Mailbox:
    """Messages of one process in order of arrival; unbounded, as the contract says (semantics 1.3, 1.6)."""

    __slots__ = ("subscriptions", "waiting")

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.waiting: deque[Envelope] = deque()

    def deliver(self, envelope: Envelope) -> None:
        """Route a message: to the listener of its topic, else to the inbox, else it waits."""
        subscription = self._receiver(envelope.topic)
        if subscription is None:
            self.waiting.append(envelope)
        else:
            subscription.deliver(envelope)

    def _receiver(self, topic: str) -> Subscription | None:
        found = self.subscriptions.get(topic)
        if found is None and not topic.startswith("@"):
            found = self.subscriptions.get(INBOX)
        return found

    def subscribe(self, topic: str, *, messages: bool) -> Channel:
        """Give the channel of a topic, and at first what already waits for it."""
        known = self.subscriptions.get(topic)
        if known is not None:
            known.messages = known.messages or messages
            return known.channel
        channel = Channel(UNBOUNDED)
        self.bind(topic, channel, messages=messages)
        return channel

    def bind(self, topic: str, channel: Channel, *, messages: bool) -> None:
        """Bind a channel to a topic that has none."""
        self.subscriptions[topic] = Subscription(channel, messages)
        waiting, self.waiting = self.waiting, deque()
        for envelope in waiting:
            self.deliver(envelope)

    def unsubscribe(self, channel: Channel) -> bool:
        """Close a channel and forget its topic; later messages go to the inbox again. False when it is bound to none."""
        for topic, subscription in self.subscriptions.items():
            if subscription.channel is channel:
                del self.subscriptions[topic]
                channel.close()
                return True
        return False
