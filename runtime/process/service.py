"""process.service: a process that the supervisor keeps running (semantics 2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding import Failure, to_lua
from runtime.lua.errors import Kind
from runtime.process import current, events
from runtime.process.processes import SpawnRequest
from runtime.supervisor.service import Outcome, Service, ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.process.process import Process
    from runtime.registry.entry import EntryId
    from runtime.supervisor.lifecycle import Lifecycle

_FINAL = frozenset({Kind.CANCELED, "Terminated", "Exited"})


class ProcessService(Service):
    """A supervised process."""

    singular = True

    def __init__(
        self,
        node: Any,
        entry_id: EntryId,
        lifecycle: Lifecycle,
        target: tuple[EntryId, EntryId],
        arguments: Sequence[object],
    ) -> None:
        self.node = node
        self.id = entry_id
        self.lifecycle = lifecycle
        self.process, self.host = target
        self.arguments = tuple(arguments)
        self._running: Process | None = None

    def start(self) -> None:
        """Spawn the process; what stops it from starting will stop it the next time too."""
        context = self.node.policies.context(self.lifecycle.security, self.id)
        request = SpawnRequest(self.process, self.host, [to_lua(argument) for argument in self.arguments], context)
        try:
            self._running = self.node.processes.spawn(request)
        except Failure as failure:
            raise ServiceError(failure.message, final=True) from failure

    def wait(self) -> Outcome:
        """Wait until the process ends by itself."""
        if self._running is None:
            return Outcome()
        error = events.error_of(self._running.completion.wait())
        if error is None:
            return Outcome()
        return Outcome(error.full_text(), final=error.retryable is False or error.kind in _FINAL)

    def stop(self, timeout: float) -> None:
        """Ask the process to end and wait for it."""
        process, self._running = self._running, None
        if process is None or process.ending:
            return
        if process is current.process():
            process.terminate("service stopping", Kind.CANCELED)  # it cannot wait for itself
            return
        process.deliver(events.cancel_event(None, "service stopping"))
        if process.completion.wait_for(timeout):
            return
        process.terminate("service did not stop in time", Kind.CANCELED)
        process.completion.wait()
        raise ServiceError(f"the process did not end within {timeout:g} s of being asked to")
