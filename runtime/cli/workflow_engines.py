"""Which engine the commands of `wippy workflow` look into: that of the host that is meant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from runtime.cli.console import CommandError
from runtime.components.loader import load_entries
from runtime.config import Config
from runtime.node import Node
from runtime.supervisor.service import ServiceError
from runtime.temporal.services import WorkerService
from runtime.workflows.embedded.host import EmbeddedHost
from runtime.workflows.embedded.inspector import EmbeddedInspector

if TYPE_CHECKING:
    from runtime.project import Project
    from runtime.registry.entry import Entry
    from runtime.workflows.inspector import Inspector

_KINDS = ("workflow.host", "temporal.worker")


def open_inspector(project: Project, wanted: str) -> Inspector:
    """Open the engine of a host, by default of the only one."""
    entries = load_entries(project, Config.load(project.root))
    hosts = {str(entry.id): entry for entry in entries if entry.kind in _KINDS}
    if not hosts:
        raise CommandError(f"the project has no entry of kind {' or '.join(_KINDS)}")
    if wanted and wanted not in hosts:
        raise CommandError(f"there is no host of workflows {wanted}; there are {', '.join(sorted(hosts))}")
    chosen = [entry for name, entry in hosts.items() if wanted in ("", name)]
    files = {str(entry.lookup("file", ".wippy/workflows.db")) for entry in chosen if entry.kind == "workflow.host"}
    workers = [entry for entry in chosen if entry.kind == "temporal.worker"]
    if len(files) + len(workers) > 1:
        raise CommandError(f"there are several hosts; choose one with --host: {', '.join(sorted(hosts))}")
    return EmbeddedInspector(project.root / files.pop()) if files else _of_worker(project, workers[0])


def _of_worker(project: Project, entry: Entry) -> Inspector:
    """Have a node read the entries, so that placeholders have their values; none of its services starts."""
    node = Node.boot(project.root, SimpleNamespace())
    worker = node.processes.hosts[entry.id]
    if isinstance(worker, EmbeddedHost):
        node.stop()
        return EmbeddedInspector(worker.path)
    assert isinstance(worker, WorkerService), "there are two engines"
    try:
        return worker.inspect(node.stop)
    except ServiceError as error:
        node.stop()
        raise CommandError(str(error)) from None
