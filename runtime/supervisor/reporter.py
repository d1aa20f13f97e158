"""Tells the event bus how services fare: system `supervisor`, kind `service.update`, the id of the service as path."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from runtime.supervisor.service import State

if TYPE_CHECKING:
    from runtime.events.bus import Bus
    from runtime.registry.entry import EntryId
    from runtime.supervisor.supervisor import Supervisor

SYSTEM = "supervisor"
KIND = "service.update"
_WANTED_DOWN = frozenset({State.STOPPING, State.STOPPED, State.EXITED})


class Reporter:
    """Publishes every change of state with the fields that the reference has.

    `status`, `desired` (running or stopped), `details` (why it failed), `retry_count` and `last_update` in nanoseconds.
    """

    def __init__(self, bus: Bus, supervisor: Supervisor) -> None:
        self.bus = bus
        self.supervisor = supervisor

    def start(self) -> None:
        """Begin to listen to the supervisor."""
        self.supervisor.subscribe(self._changed)

    def _changed(self, service: EntryId, state: State) -> None:
        status = {
            "status": str(state),
            "desired": str(State.STOPPED if state in _WANTED_DOWN else State.RUNNING),
            "details": self.supervisor.error(service) or None,
            "retry_count": max(0, self.supervisor.attempts(service) - 1),
            "last_update": time.time_ns(),
        }
        self.bus.publish(SYSTEM, KIND, str(service), status)
