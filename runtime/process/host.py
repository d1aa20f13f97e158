"""process.host: where processes run; stopping it asks its processes to end and then ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.lua.errors import Kind
from runtime.process import current, events, timing
from runtime.process.processes import report_failure
from runtime.supervisor.service import Service

if TYPE_CHECKING:
    from runtime.process.context import CallContext
    from runtime.process.process import Process
    from runtime.process.processes import SpawnRequest
    from runtime.registry.entry import EntryId
    from runtime.supervisor.lifecycle import Lifecycle


class ProcessHost(Service):
    """A host as a supervised service."""

    def __init__(self, node: Any, entry_id: EntryId, lifecycle: Lifecycle) -> None:
        self.node = node
        self.id = entry_id
        self.lifecycle = lifecycle
        self._running = False
        self._stopping = False

    def check_running(self) -> None:
        """Refuse a spawn while the host does not run."""
        if self._stopping:
            raise Failure(Kind.UNAVAILABLE, f"host is stopping: {self.id}", retryable=True)
        if not self._running:
            raise Failure(Kind.UNAVAILABLE, f"host is not running: {self.id}", retryable=True)

    def context_of(self, request: SpawnRequest) -> CallContext:
        """Give the context of a process that is to start here."""
        return request.context

    def adopt(self, process: Process) -> None:
        """Take a process in whose code has been loaded."""
        process.completion.listen(lambda _: report_failure(process))

    def start(self) -> None:
        """Accept processes."""
        self._running, self._stopping = True, False

    def stop(self, timeout: float) -> None:
        """Ask all processes to end, wait, and end those that are left."""
        self._stopping = True
        manager = self.node.processes
        # A process that stops its own host cannot wait for itself; it ends as soon as the host has stopped.
        own = current.process()
        processes = [process for process in manager.on_host(self.id) if process is not own]
        for process in processes:
            process.deliver(events.cancel_event(None, "scheduler shutdown"))
        deadline = timing.now() + timeout
        for process in processes:
            process.completion.wait_for(max(0.0, deadline - timing.now()))
        for process in manager.on_host(self.id):
            process.terminate("scheduler shutdown", Kind.CANCELED)
            if process is not own:
                process.completion.wait()
        self._running = False
