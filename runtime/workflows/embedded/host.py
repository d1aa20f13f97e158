"""The kind workflow.host: a host that keeps histories itself, and needs no server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.binding import Failure
from runtime.registry.kinds import Config, KindHandler
from runtime.supervisor.lifecycle import Lifecycle
from runtime.supervisor.service import Service, ServiceError
from runtime.workflows.activities import NodeActivities
from runtime.workflows.embedded.client import EmbeddedClient
from runtime.workflows.embedded.engine import Engine
from runtime.workflows.embedded.journal import Journal
from runtime.workflows.host import WorkflowHost

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.registry.entry import Entry, EntryId


@dataclass(frozen=True)
class WorkflowHostConfig:
    """The data of workflow.host.

    `file` holds the histories, relative to the project; hosts that name the same one can reach one another's workflows.
    """

    file: str = ".wippy/workflows.db"
    task_queue: str = ""
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class Engines:
    """The engines of a node, one for each file that a running host names."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._users: dict[Path, tuple[Engine, set[EntryId]]] = {}

    def join(self, path: Path, host: EntryId) -> Engine:
        """Give the engine of a file; raise Failure when the file cannot be used."""
        if path not in self._users:
            journal = Journal(path)
            journal.open()
            self._users[path] = Engine(self._node, journal), set()
        engine, users = self._users[path]
        users.add(host)
        return engine

    def leave(self, path: Path, host: EntryId) -> None:
        """Let an engine stop when nobody needs it any more."""
        engine, users = self._users[path]
        engine.remove_host(host)
        users.discard(host)
        if not users:
            del self._users[path]
            engine.stop()

    def running(self) -> list[Engine]:
        """List them."""
        return [engine for engine, _ in self._users.values()]

    def code_changed(self) -> None:
        """Let tasks that failed be tried again."""
        for engine in self.running():
            engine.code_changed()


class EmbeddedHost(WorkflowHost, Service):
    """A host as a supervised service."""

    def __init__(self, node: Any, entry_id: EntryId, config: WorkflowHostConfig) -> None:
        super().__init__(node, entry_id, config.task_queue or str(entry_id))
        self.lifecycle = config.lifecycle
        self.path: Path = (node.project.root / config.file).resolve()

    def start(self) -> None:
        """Take up the workflows that were left."""
        try:
            engine = self.node.engines.join(self.path, self.id)
        except Failure as failure:
            raise ServiceError(failure.message) from failure
        engine.add_host(self.id, self.task_queue, NodeActivities(self.node, self.id))
        self.client = EmbeddedClient(engine, self.id)

    def stop(self, timeout: float) -> None:  # noqa: ARG002  (nothing has to be waited for: the file has everything)
        """Let go of the workflows; they go on at the next start."""
        self.client = None
        self.node.engines.leave(self.path, self.id)


class WorkflowHostKind(KindHandler):
    """Runs workflow.host."""

    kinds: ClassVar[tuple[str, ...]] = ("workflow.host",)
    config: ClassVar[type] = WorkflowHostConfig

    def create(self, entry: Entry, config: WorkflowHostConfig) -> None:
        """Make the host known and supervised."""
        host = EmbeddedHost(self.node, entry.id, config)
        self.node.processes.hosts[entry.id] = host
        self.node.supervisor.add(host)

    def update(self, old: Entry, new: Entry, config: Config) -> None:
        """Start it anew with the new settings."""
        self.delete(old)
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Stop the host; its histories stay."""
        self.node.supervisor.remove(entry.id)
        self.node.processes.hosts.pop(entry.id, None)
