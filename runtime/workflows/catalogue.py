"""Which entries are workflows and activities, as their metadata say (pages temporal/workflows and activities)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.process.remote import RemoteHost
from runtime.registry.entry import EntryId
from runtime.workflows.errors import WorkflowError
from runtime.workflows.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.process.pid import Pid
    from runtime.registry.entry import Entry
    from runtime.workflows.activation import Start


class Workflows:
    """The workflow types and activities of a node, read from the registry as it is now."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._types: dict[tuple[EntryId, str], EntryId] = {}
        self._activities: set[tuple[EntryId, str]] = set()
        self._names: dict[EntryId, str] = {}
        self._stale = True

    def watch(self) -> None:
        """Follow the changes of the registry."""
        self._node.registry.subscribe(lambda _: self.refresh())

    def refresh(self) -> None:
        """Read the registry anew when next asked, and let tasks that failed be tried again."""
        self._stale = True
        self._node.engines.code_changed()

    def _read(self) -> None:
        if not self._stale:
            return
        self._types, self._activities, self._names, self._stale = {}, set(), {}, False
        for entry, declared in _declared(self._node.registry.all(), "workflow"):
            name = str(declared.get("name") or entry.id)
            self._types[_worker(entry, declared), name] = entry.id
            self._names[entry.id] = name
        for entry, declared in _declared(self._node.registry.all(), "activity"):
            self._activities.add((_worker(entry, declared), str(entry.id)))

    def types(self, host: EntryId) -> list[str]:
        """List the workflow types of a host."""
        self._read()
        return sorted(name for worker, name in self._types if worker == host)

    def activities(self, host: EntryId) -> list[str]:
        """List the activities of a host."""
        self._read()
        return sorted(name for worker, name in self._activities if worker == host)

    def is_activity(self, host: EntryId, name: str) -> bool:
        """Tell whether a function is an activity of a host."""
        self._read()
        return (host, name) in self._activities

    def type_of(self, entry: EntryId) -> str:
        """Give the name of the type of a workflow: the one it declares, else its id."""
        self._read()
        return self._names.get(entry, str(entry))

    def entry_of(self, host: EntryId, workflow_type: str) -> EntryId:
        """Find the code of a type; raise WorkflowError when there is none."""
        self._read()
        found = self._types.get((host, workflow_type))
        if found is None:
            raise WorkflowError(
                f"{host} has no workflow of type '{workflow_type}'; declare one with `meta.temporal.workflow.worker: "
                f"{host}`"
            )
        return found

    def hosts_workflows(self, pid: Pid) -> bool:
        """Tell whether a pid is that of a workflow."""
        return isinstance(self._node.processes.hosts.get(EntryId.parse(pid.host)), RemoteHost)

    def open(self, host: EntryId, start: Start) -> Run:
        """Make a run, ready for its first activation; raise WorkflowError when its code is not there or not allowed."""
        entry = self.entry_of(host, start.type)
        try:
            listed = self._node.code.listed_modules(entry)
        except Failure as failure:
            raise WorkflowError(failure.message) from failure
        barred = sorted(name for name in listed if name in self._node.modules and not self.allows(name))
        if barred:
            raise WorkflowError(
                f"{entry} lists {', '.join(barred)}, which a workflow may not load, for what they do is not recorded; "
                "move it to an activity"
            )
        return Run(self._node, start, entry, host)

    def allows(self, module: str) -> bool:
        """Tell whether workflows may load a module."""
        declared = self._node.modules[module]
        return declared.deterministic or "workflow" in declared.classes or "deterministic" in declared.classes


def _declared(entries: list[Entry], what: str) -> Iterator[tuple[Entry, dict[str, Any]]]:
    for entry in entries:
        declared = entry.lookup(f"meta.temporal.{what}")
        if isinstance(declared, dict) and isinstance(declared.get("worker"), str):
            yield entry, declared


def _worker(entry: Entry, declared: dict[str, Any]) -> EntryId:
    return EntryId.parse(declared["worker"], entry.id.ns)
