"""Hosts of workflows, as everybody else sees them: spawning starts a workflow, sending signals it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure, Kind
from runtime.process import current
from runtime.process.mailbox import EVENTS
from runtime.process.pid import Pid
from runtime.process.remote import RemoteHost
from runtime.workflows import data, headers, options
from runtime.workflows.activation import Signaled, Start

if TYPE_CHECKING:
    from runtime.process.completion import Completion
    from runtime.process.message import Envelope
    from runtime.process.processes import SpawnRequest
    from runtime.registry.entry import EntryId
    from runtime.workflows.engine import Client


class WorkflowHost(RemoteHost):
    """A host whose workflows an engine runs.

    `client` is None while the engine does not run; `task_queue` and `namespace` are what a workflow knows of itself.
    """

    def __init__(self, node: Any, entry_id: EntryId, task_queue: str, namespace: str = "default") -> None:
        self.node = node
        self.id = entry_id
        self.task_queue = task_queue
        self.namespace = namespace
        self.client: Client | None = None

    def reachable(self) -> Client:
        """Give the client; UNAVAILABLE while the host does not run."""
        if self.client is None:
            raise Failure(Kind.UNAVAILABLE, f"host is not running: {self.id}", retryable=True)
        return self.client

    def spawn(self, request: SpawnRequest) -> RemoteWorkflow:
        """Start a workflow; where one with the id runs, it is used, unless an option says otherwise."""
        client = self.reachable()
        given = options.workflow_id(request)
        start = Start(
            workflow_id=given or str(uuid.uuid4()),
            run_id="",
            type=self.node.workflows.type_of(request.entry),
            arguments=data.encode_all(request.arguments),
            headers=headers.headers_of(request.context),
            task_queue=self.task_queue,
            namespace=self.namespace,
        )
        signals = [_signal(envelope, request.context) for envelope in request.messages]
        client.start(start, options.start_options(request.options), signals)
        return RemoteWorkflow(self, Pid("", str(self.id), start.workflow_id))

    def reach(self, pid: Pid) -> RemoteWorkflow:
        """Give the workflow that a pid means."""
        return RemoteWorkflow(self, pid)


class RemoteWorkflow:
    """A workflow as a process that can be reached."""

    def __init__(self, host: WorkflowHost, pid: Pid) -> None:
        self.pid = pid
        self._host = host
        self._id = pid.unique

    @property
    def completion(self) -> Completion:
        """Tell its outcome, over all its runs."""
        return self._host.reachable().outcome(self._id)

    def deliver(self, envelope: Envelope) -> None:
        """Send a signal; events of processes mean nothing to a workflow."""
        if envelope.topic != EVENTS:
            self._host.reachable().signal(self._id, _signal(envelope, current.context()))

    def cancel(self, reason: str) -> None:
        """Ask it to end."""
        self._host.reachable().cancel(self._id, reason)

    def terminate(self, message: str = "", _kind: str = "") -> None:
        """End it."""
        self._host.reachable().terminate(self._id, message or "terminated")


def _signal(envelope: Envelope, context: Any) -> Signaled:
    sender = str(envelope.sender) if envelope.sender is not None else ""
    return Signaled(envelope.topic, data.encode_all(envelope.values), headers.headers_of(context, sender), sender)
