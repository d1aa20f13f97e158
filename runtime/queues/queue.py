"""What a queue and a driver of queues can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.queues.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.queues.message import Message, Receipt

JSON, MSGPACK = "json/plain", "application/msgpack"


@dataclass(frozen=True)
class Declaration:
    """What a queue is made of: its name outside, the codec of bodies, and the driver's part of the options."""

    entry: str
    name: str
    codec: str = JSON
    options: Mapping[str, Any] = field(default_factory=dict)
    retry: Retry = field(default_factory=Retry)


@dataclass(frozen=True)
class Wanted:
    """How a consumer takes messages: how many may be under way to it, and its options of the driver."""

    prefetch: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)


class Subscription(ABC):
    """A consumer's way to messages; several greenlets may wait for one."""

    @abstractmethod
    def take(self) -> Receipt | None:
        """Wait for a message; None when there will be no more."""

    @abstractmethod
    def close(self) -> None:
        """Want no more; messages that nobody has taken go back. Those that were taken can still be settled."""


class Queue(ABC):
    """Messages in the order in which they are handed out; may be used by any greenlet."""

    # How many consumers run.
    consumers: int = 0
    retry: Retry = Retry()

    @abstractmethod
    def publish(self, message: Message) -> None:
        """Add a message, and wait while there is no room; raise Failure when it is not safe in the queue."""

    @abstractmethod
    def subscribe(self, wanted: Wanted) -> Subscription:
        """Begin to hand out messages; raise Failure when that cannot be."""

    @abstractmethod
    def configure(self, declaration: Declaration) -> None:
        """Follow new options; the messages stay. Raise ValueError for options that make no sense."""

    @abstractmethod
    def info(self) -> dict[str, int]:
        """Tell how many messages and consumers there are."""

    @abstractmethod
    def close(self) -> None:
        """Turn away whoever waits; what is in memory only is dropped."""


class Driver(ABC):
    """Makes queues; `name` is the key of its part of `driver_options`."""

    name: str
    # Queues are named as their entries outside, without the namespace.
    short_names: bool = False

    @abstractmethod
    def declare(self, declaration: Declaration) -> Queue:
        """Make a queue; raise ValueError for options that make no sense."""
