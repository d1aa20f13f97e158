"""The kinds temporal.client and temporal.worker, for a Temporal server and for the engine that needs none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ClassVar

from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler
from runtime.supervisor.service import Service
from runtime.temporal.config import ClientConfig, WorkerConfig
from runtime.temporal.services import ClientService, WorkerService
from runtime.workflows.embedded.host import EmbeddedHost, WorkflowHostConfig

if TYPE_CHECKING:
    from runtime.registry.entry import Entry, EntryId
    from runtime.temporal.bridge import Bridge
    from runtime.workflows.host import WorkflowHost

EMBEDDED = "embedded"


class EmbeddedClient(Service):
    """A client without a server: the workers that name it keep the histories themselves."""

    def __init__(self, entry_id: EntryId, config: ClientConfig) -> None:
        self.id = entry_id
        self.lifecycle = config.lifecycle
        self.config = config

    def start(self) -> None:
        """Have nothing to connect to."""

    def stop(self, timeout: float) -> None:
        """Have nothing to let go of."""

    @property
    def file(self) -> str:
        """Where its workers keep their histories: each namespace has a file of its own."""
        name = self.config.namespace
        return ".wippy/workflows.db" if name == "default" else f".wippy/workflows-{name}.db"


class ClientKind(KindHandler):
    """Runs temporal.client."""

    kinds: ClassVar[tuple[str, ...]] = ("temporal.client",)
    config: ClassVar[type] = ClientConfig

    def check(self, entry: Entry, config: ClientConfig) -> None:
        """Refuse an address that is none, and proofs of who we are that do not fit together."""
        mistakes = list(config.auth.mistakes())
        host, _, port = config.address.rpartition(":")
        if (config.address != EMBEDDED and not (host and port.isdigit())) or "/" in config.address:
            mistakes.append(
                ("address", f"'{config.address}' is no address", "write host:port, or 'embedded' for no server")
            )
        if config.tls is not None and config.tls.insecure_skip_verify:
            remedy = "name the authority of the server's certificate in tls.ca_file, and its name in tls.server_name"
            mistakes.append(("tls.insecure_skip_verify", "certificates are always verified", remedy))
        if "/" in config.namespace or not config.namespace:
            mistakes.append(("namespace", f"'{config.namespace}' is no namespace", "write a name"))
        _refuse(entry, mistakes)

    def create(self, entry: Entry, config: ClientConfig) -> None:
        """Hand the client to the supervisor."""
        if config.address == EMBEDDED:
            service: Service = EmbeddedClient(entry.id, config)
        else:
            service = ClientService(self.node, entry.id, config, lambda: self._bridge)
        self.node.resources.put(entry.id, service)
        self.node.supervisor.add(service)

    @functools.cached_property
    def _bridge(self) -> Bridge:
        """The one bridge to asyncio; asyncio is imported by the first client that starts."""
        from runtime.temporal.bridge import Bridge

        return Bridge()

    def update(self, old: Entry, new: Entry, config: Config) -> None:
        """Connect anew; workers that run keep the old connection until they start again."""
        self.delete(old)
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Let go of the connection."""
        self.node.supervisor.remove(entry.id)
        self.node.resources.remove(entry.id)


class WorkerKind(KindHandler):
    """Runs temporal.worker."""

    kinds: ClassVar[tuple[str, ...]] = ("temporal.worker",)
    config: ClassVar[type] = WorkerConfig

    def check(self, entry: Entry, config: WorkerConfig) -> None:
        """Refuse options that cannot be."""
        _refuse(entry, config.worker_options.mistakes())

    def create(self, entry: Entry, config: WorkerConfig) -> None:
        """Make the worker known as a host, and supervised."""
        worker = self._worker(entry, config)
        self.node.processes.hosts[entry.id] = worker
        self.node.supervisor.add(worker)

    def _worker(self, entry: Entry, config: WorkerConfig) -> WorkflowHost:
        client = self.node.resources.find(config.client)
        if isinstance(client, ClientService):
            return WorkerService(self.node, entry.id, config, client)
        if isinstance(client, EmbeddedClient):
            queue = client.config.tq_prefix + config.task_queue
            return EmbeddedHost(self.node, entry.id, WorkflowHostConfig(client.file, queue, config.lifecycle))
        raise EntryError(entry, "client", f"{config.client} is no temporal.client", "name one")

    def update(self, old: Entry, new: Entry, config: WorkerConfig) -> None:
        """Start it anew with the new settings; its workflows go on."""
        self.delete(old)
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Stop the worker; its workflows wait."""
        self.node.supervisor.remove(entry.id)
        self.node.processes.hosts.pop(entry.id, None)


def _refuse(entry: Entry, mistakes: list[tuple[str, str, str]]) -> None:
    if mistakes:
        first, *others = [EntryError(entry, *mistake) for mistake in mistakes]
        first.more = tuple(others)
        raise first
