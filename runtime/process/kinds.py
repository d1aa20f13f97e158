"""The kinds process.host and process.service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from runtime.process.host import ProcessHost
from runtime.process.service import ProcessService
from runtime.registry.entry import Entry, EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler
from runtime.supervisor.lifecycle import Lifecycle


@dataclass(frozen=True)
class HostLimits:
    """Sizes that the reference's scheduler asks for; ours needs none of them, and they are accepted."""

    workers: int = 0
    queue_size: int = 1024
    local_queue_size: int = 256


@dataclass(frozen=True)
class HostConfig:
    """The data of process.host."""

    host: HostLimits = HostLimits()
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


@dataclass(frozen=True)
class ProcessServiceConfig:
    """The data of process.service."""

    process: EntryId
    host: EntryId
    input: tuple[Any, ...] = ()
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class HostKind(KindHandler):
    """Runs process.host."""

    kinds: ClassVar[tuple[str, ...]] = ("process.host",)
    config: ClassVar[type] = HostConfig

    def create(self, entry: Entry, config: HostConfig) -> None:
        """Make the host known and supervised."""
        host = ProcessHost(self.node, entry.id, config.lifecycle)
        self.node.processes.hosts[entry.id] = host
        self.node.supervisor.add(host)

    def update(self, old: Entry, new: Entry, _config: Config) -> None:
        """Take new numbers of workers; they mean nothing to this scheduler, and processes run on."""
        if old.lookup("lifecycle") != new.lookup("lifecycle"):
            raise EntryError(
                new, "lifecycle", "the lifecycle of a running host cannot change", "delete the entry and create it anew"
            )

    def delete(self, entry: Entry) -> None:
        """Stop the host with its processes."""
        self.node.supervisor.remove(entry.id)
        self.node.processes.hosts.pop(entry.id, None)


class ServiceKind(KindHandler):
    """Runs process.service."""

    kinds: ClassVar[tuple[str, ...]] = ("process.service",)
    config: ClassVar[type] = ProcessServiceConfig

    def create(self, entry: Entry, config: ProcessServiceConfig) -> None:
        """Hand the service to the supervisor."""
        self.node.supervisor.add(self._service(entry, config))

    def _service(self, entry: Entry, config: ProcessServiceConfig) -> ProcessService:
        return ProcessService(self.node, entry.id, config.lifecycle, (config.process, config.host), config.input)

    def update(self, _old: Entry, new: Entry, config: ProcessServiceConfig) -> None:
        """Take over a new configuration, which counts from the next start on; the process runs on (semantics 2.8)."""
        self.node.supervisor.add(self._service(new, config))

    def delete(self, entry: Entry) -> None:
        """Stop the service."""
        self.node.supervisor.remove(entry.id)
