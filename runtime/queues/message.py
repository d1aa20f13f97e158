"""Messages of queues, and their way to a handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.lua.types import LuaValue
    from runtime.queues.queue import Queue


def _new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True)
class Message:
    """A message; body and headers are Lua values that belong to it alone: whoever hands them out copies them."""

    body: LuaValue
    headers: Mapping[str, LuaValue] = field(default_factory=dict)
    id: str = field(default_factory=_new_id)


class Receipt(Protocol):
    """What a queue gives with a message that it hands out; one of the methods is called, once."""

    # The message, and how many times it has been handed out to a handler, this one included.
    message: Message
    attempts: int

    def done(self) -> None:
        """Forget the message."""

    def back(self, delay: float) -> None:
        """Hand it out again, behind the others, when so many seconds have passed; does not wait for that."""

    def unused(self) -> None:
        """Hand it out again at once, as if it had not been; does not wait for anything."""


class Delivery:
    """A message in the hands of a handler; it is settled once, by whoever comes first."""

    __slots__ = ("_queue", "_receipt", "released", "settled")

    def __init__(self, receipt: Receipt, queue: Queue) -> None:
        self._receipt = receipt
        self._queue = queue
        self.settled = False
        # The handler is done: the message is no longer its.
        self.released = False

    @property
    def message(self) -> Message:
        """The message."""
        return self._receipt.message

    def ack(self) -> bool:
        """Take the message as done; False when it is settled already."""
        if not self._settle():
            return False
        self._receipt.done()
        return True

    def nack(self, reason: str = "nack") -> bool:
        """Take the message as failed, so that it comes again or is given up; False when it is settled already."""
        if not self._settle():
            return False
        self._queue.retry.fail(self._receipt, reason)
        return True

    def cut_off(self) -> None:
        """Give the message back unless it is settled, for its handler was ended from outside."""
        if self._settle():
            self._receipt.unused()

    def _settle(self) -> bool:
        if self.settled:
            return False
        self.settled = True
        return True
