"""What the supervisor supervises, and what it knows of it."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from runtime.registry.entry import EntryId
    from runtime.supervisor.lifecycle import Lifecycle


class State(enum.StrEnum):
    """Where a service stands; `exited` is for good, `failed` may start again."""

    UNKNOWN = "unknown"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    EXITED = "exited"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """How a service ended by itself: without an error it is done; with one it starts again, unless it is `final`.

    An error is final when it says that it cannot be retried, and when the service was cancelled or terminated.
    """

    error: str | None = None
    final: bool = False


class ServiceError(Exception):
    """A service could not start or stop: the text says why. `final`: trying again makes no sense."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class Service(ABC):
    """Something that runs; `start`, `wait` and `stop` are called from greenlets and may block cooperatively."""

    id: EntryId
    lifecycle: Lifecycle
    # Of several nodes that serve one application only one runs it.
    singular: ClassVar[bool] = False

    @abstractmethod
    def start(self) -> None:
        """Begin to run and return when that is so; raise ServiceError, or any other exception, when it cannot be."""

    @abstractmethod
    def stop(self, timeout: float) -> None:
        """End within so many seconds; called only while it runs, and safe to call when it has just ended by itself."""

    def wait(self) -> Outcome | None:
        """Wait until the running service ends by itself; None, the default, for one that never does."""
        return None
