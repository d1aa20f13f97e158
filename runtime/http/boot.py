"""How a worker makes its node, and which mistakes of a project it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runtime.http.address import Address
    from runtime.http.watch import Watch
    from runtime.node import Shared
    from runtime.registry.entry import EntryId


class ListenError(Exception):
    """gunicorn listens where no http.service of the project belongs."""


@dataclass
class Boot:
    """How a worker makes its node. The first fields are those of `runtime.node.Options`."""

    project: Path
    config: Sequence[Path] = ()
    sets: Sequence[str] = ()
    overrides: Sequence[str] = ()
    frozen: bool = False
    profiles: Sequence[str] = ()
    shared: Shared | None = None
    # Where /healthz and /readyz are answered.
    admin: Address | None = None
    # Watch the sources, and start anew when they change.
    reload: bool = False

    def node(self) -> Any:
        """Load the project."""
        from runtime.node import Node

        return Node.boot(self.project, self)

    def watch(self) -> Watch | None:
        """Give what notices changes of the sources; None where nobody shall."""
        if not self.reload:
            return None
        from runtime.http.watch import Watch
        from runtime.project import Project

        project = Project.find(self.project)
        return Watch.of(project.root, project.source_dirs, tuple(self.config))


def mistakes() -> tuple[type[Exception], ...]:
    """List the errors that a project can cause; their text is meant for its author."""
    from compiler.errors import SourceError
    from runtime.config import ConfigError
    from runtime.project import ProjectError
    from runtime.registry.errors import EntryError, RegistryError
    from runtime.registry.problem import LoadError
    from runtime.supervisor.supervisor import SupervisorError

    return (
        ListenError,
        Failure,
        SourceError,
        ConfigError,
        ProjectError,
        EntryError,
        RegistryError,
        LoadError,
        SupervisorError,
    )


def service_at(name: Any, services: Mapping[EntryId, Address]) -> EntryId:
    """Give the service to which a socket of this name belongs; raise ListenError for one that no service claims."""
    if len(services) == 1:
        return next(iter(services))
    if isinstance(name, tuple):
        for exact in (True, False):
            for service, address in services.items():
                if address.port == name[1] and (not exact or address.host == name[0]):
                    return service
    known = ", ".join(f"{service} at {address}" for service, address in services.items())
    raise ListenError(f"no http.service belongs to {name}; there are {known}: bind one of these addresses")
