"""What a queue and a driver of queues can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.queues.message import Message


class Queue(ABC):
    """Messages in the order in which they are handed out; may be used by any greenlet."""

    # How many consumers run.
    consumers: int = 0

    @abstractmethod
    def publish(self, message: Message) -> None:
        """Add a message, and wait while there is no room; raise Failure when the queue is closed."""

    @abstractmethod
    def take(self) -> Message | None:
        """Wait for a message and take it out; None when the queue is closed."""

    @abstractmethod
    def give_back(self, message: Message) -> None:
        """Put a message that was taken at the end, without waiting."""

    @abstractmethod
    def configure(self, options: Mapping[str, Any]) -> None:
        """Follow new options; the messages stay."""

    @abstractmethod
    def info(self) -> dict[str, int]:
        """Tell how many messages and consumers there are."""

    @abstractmethod
    def close(self) -> None:
        """Drop the messages and turn away whoever waits."""


class Driver(ABC):
    """Makes queues; `name` is the key of its part of `driver_options`."""

    name: str

    @abstractmethod
    def declare(self, queue_name: str, options: Mapping[str, Any]) -> Queue:
        """Make a queue; raise ValueError for options that make no sense."""
