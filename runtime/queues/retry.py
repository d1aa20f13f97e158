"""What becomes of messages that fail: they come again, ever later, and in the end go to a queue for such messages."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.durations import parse_duration
from runtime.queues.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.queues.message import Receipt
    from runtime.queues.queue import Queue

log = logging.getLogger("wippy.queue")
ATTEMPTS = 5
_DELAY, _MAX_DELAY = 0.1, 30.0


@dataclass(frozen=True)
class DeadLetters:
    """Where messages go that have failed so often; `find` gives the queue, None when it is not there."""

    name: str
    find: Callable[[], Queue | None]
    attempts: int = ATTEMPTS


@dataclass(frozen=True)
class Retry:
    """The first failure sends a message to the end of the queue, the next ones let it wait, each twice as long."""

    source: str = ""
    delay: float = _DELAY
    max_delay: float = _MAX_DELAY
    dead: DeadLetters | None = field(default=None)

    @classmethod
    def of(cls, source: str, options: Mapping[str, Any], dead: DeadLetters | None) -> Retry:
        """Read `retry_delay` and `retry_max_delay` of the options of a driver; raise ValueError."""
        return cls(
            source,
            duration_of(options, "retry_delay", _DELAY),
            duration_of(options, "retry_max_delay", _MAX_DELAY),
            dead,
        )

    def fail(self, receipt: Receipt, reason: str) -> None:
        """Decide on a message whose handler has failed."""
        if self.dead is None or receipt.attempts < self.dead.attempts or not self._bury(receipt, self.dead, reason):
            receipt.back(self.pause(receipt.attempts))
            return
        receipt.done()

    def pause(self, attempts: int) -> float:
        """Give the seconds to wait after so many attempts; none after the first."""
        return 0.0 if attempts < 2 else min(self.max_delay, self.delay * 2 ** min(attempts - 2, 60))

    def _bury(self, receipt: Receipt, dead: DeadLetters, reason: str) -> bool:
        message = receipt.message
        marks = {
            "attempts": receipt.attempts,
            "x_original_queue": self.source,
            "x_dead_letter_reason": reason,
            "x_dead_letter_time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        queue = dead.find()
        problem = f"there is no queue {dead.name}"
        if queue is not None:
            try:
                queue.publish(Message(message.body, {**message.headers, **marks}, message.id))
            except Failure as failure:
                problem = failure.message
            else:
                log.error(
                    "message %s of queue %s failed %d times: moved to %s",
                    message.id,
                    self.source,
                    receipt.attempts,
                    dead.name,
                )
                return True
        log.error("message %s of queue %s cannot be moved to %s: %s", message.id, self.source, dead.name, problem)
        return False


def duration_of(options: Mapping[str, Any], name: str, default: float) -> float:
    """Read an option that is a duration; raise ValueError."""
    value = options.get(name)
    if value is None:
        return default
    seconds = parse_duration(value)
    if seconds < 0:
        raise ValueError(f"{name} must not be negative, got {value!r}")
    return seconds
