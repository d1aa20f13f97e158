"""The supervised services behind temporal.client and temporal.worker.

What uses `temporalio` is imported when a service starts: a node without such entries must not pay for it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from runtime.process import timing
from runtime.process.message import Envelope
from runtime.process.pid import Pid
from runtime.supervisor.service import Outcome, Service, ServiceError
from runtime.temporal.work import Deployment, Work
from runtime.workflows import data
from runtime.workflows.activities import NodeActivities
from runtime.workflows.host import WorkflowHost

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.registry.entry import EntryId
    from runtime.temporal.bridge import Bridge
    from runtime.temporal.config import ClientConfig, WorkerConfig
    from runtime.temporal.connection import TemporalConnection
    from runtime.temporal.inspector import TemporalInspector
    from runtime.temporal.worker import Worker
    from runtime.workflows.activation import Start
    from runtime.workflows.commands import Deliver
    from runtime.workflows.engine import Workflow

log = logging.getLogger("wippy.temporal")
# Options that ask for what Temporal's Python library does not have, and Lua has no name for.
_WITHOUT_EFFECT = (
    "worker_local_activities_per_second",
    "enable_logging_in_replay",
    "enable_session_worker",
    "disable_registration_aliasing",
)


class ClientService(Service):
    """A connection to a server as a service; `connection` is None while it does not run."""

    def __init__(self, node: Any, entry_id: EntryId, config: ClientConfig, bridge: Callable[[], Bridge]) -> None:
        self.node = node
        self.id = entry_id
        self.lifecycle = config.lifecycle
        self.config = config
        self.connection: TemporalConnection | None = None
        self._bridge = bridge

    def start(self) -> None:
        """Connect."""
        from runtime.temporal.connection import TemporalConnection

        self.connection = TemporalConnection.connect(self._bridge(), self.node, self.id, self.config)
        log.info("%s is connected to Temporal at %s", self.id, self.config.address)

    def stop(self, timeout: float) -> None:  # noqa: ARG002  (nothing has to be waited for)
        """Let go of the connection."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def wait(self) -> Outcome | None:
        """Look after the server, if the entry asks for it, and end when it is not well."""
        health = self.config.health_check
        if not health.enabled:
            return None
        while True:
            timing.sleep(health.interval)
            connection = self.connection
            if connection is None:
                return None
            try:
                connection.check()
            except ServiceError as error:
                self.stop(0.0)
                return Outcome(str(error))


class WorkerService(WorkflowHost, Service):
    """A worker as a service, and a host on which workflows are spawned."""

    def __init__(self, node: Any, entry_id: EntryId, config: WorkerConfig, client: ClientService) -> None:
        super().__init__(node, entry_id, config.task_queue, client.config.namespace)
        self.lifecycle = config.lifecycle
        self._config = config
        self._service = client
        self._worker: Worker | None = None

    def start(self) -> None:
        """Begin to take up work."""
        connection = self._service.connection
        if connection is None:
            raise ServiceError(f"{self.id}: its client {self._service.id} does not run; start it first")
        for name in _WITHOUT_EFFECT:
            if getattr(self._config.worker_options, name):
                log.warning("%s: worker_options.%s has no effect here", self.id, name)
        work = Work(self.id, self._config.task_queue, self._config.worker_options, self.deployment())
        self._worker = connection.serve(work)
        self.client = connection.client
        log.info(
            "%s serves the task queue %s: %d workflows, %d activities",
            self.id,
            self._config.task_queue,
            len(self.node.workflows.types(self.id)),
            len(self.node.workflows.activities(self.id)),
        )

    def inspect(self, release: Callable[[], object]) -> TemporalInspector:
        """Look at its workflows while neither it nor its client runs; raise ServiceError when that cannot be."""
        from runtime.temporal.inspector import TemporalInspector

        client = self._service
        client.start()
        assert client.connection is not None, "it has just started"

        def end() -> None:
            client.stop(0.0)
            release()

        return TemporalInspector(client.connection, str(self.id), self._config.task_queue, end)

    def deployment(self) -> Deployment:
        """Give what it runs."""
        return Deployment(self._open, NodeActivities(self.node, self.id), self._deliver)

    def _open(self, start: Start) -> Workflow:
        opened: Workflow = self.node.workflows.open(self.id, start)
        return opened

    def _deliver(self, workflow_id: str, command: Deliver) -> None:
        pid = Pid.parse(command.pid)
        if pid is not None:
            sender = Pid("", str(self.id), workflow_id)
            self.node.processes.send(pid, Envelope(sender, command.topic, data.decode_all(command.arguments)))

    def stop(self, timeout: float) -> None:
        """Finish what has begun, and let go of the workflows; they go on wherever a worker serves their queue."""
        worker, self._worker = self._worker, None
        self.client = None
        if worker is not None:
            worker.stop(timeout)

    def wait(self) -> Outcome | None:
        """Wait until the worker ends by itself."""
        worker = self._worker
        if worker is None:
            return None
        outcome = worker.wait()
        self.client = self._worker = None
        return outcome
