"""Messages of queues, and their way to a handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
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


class Delivery:
    """A message in the hands of a handler; it is settled once, by whoever comes first."""

    __slots__ = ("_queue", "message", "released", "settled")

    def __init__(self, queue: Queue, message: Message) -> None:
        self._queue = queue
        self.message = message
        self.settled = False
        # The handler is done: the message is no longer its.
        self.released = False

    def ack(self) -> bool:
        """Take the message as done; False when it is settled already."""
        return self._settle()

    def nack(self) -> bool:
        """Give the message back to its queue; False when it is settled already."""
        if not self._settle():
            return False
        self._queue.give_back(self.message)
        return True

    def _settle(self) -> bool:
        if self.settled:
            return False
        self.settled = True
        return True
