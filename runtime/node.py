"""The composition root: one node for an operating-system process, made after fork."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

from gevent.lock import BoundedSemaphore

from compiler.artifact import ArtifactStore
from runtime.binding import Module
from runtime.code.codebase import CodeBase
from runtime.code.kinds import FunctionKind, LuaKind
from runtime.config import Config
from runtime.data.kinds import SqliteHandler
from runtime.executors.native import NativeKind
from runtime.files.kinds import DirectoryKind
from runtime.functions.service import Functions
from runtime.http.kinds import EndpointKind, RouterKind, StaticKind
from runtime.http.kinds import ServiceKind as HttpServiceKind
from runtime.http.services import HttpServices
from runtime.lua.limits import lift_recursion_limit
from runtime.process import globals as process_globals
from runtime.process.kinds import HostKind, ServiceKind
from runtime.process.preemption import Preemption
from runtime.process.processes import Processes
from runtime.process.scheduler import Scheduler
from runtime.project import Project
from runtime.registry.kinds import KindTable
from runtime.registry.loader import load_entries
from runtime.registry.registry import Notice, Registry
from runtime.resources import Resources
from runtime.stores.kinds import MemoryStoreKind, SqlStoreKind
from runtime.supervisor.supervisor import Supervisor, SupervisorError
from runtime.templates.kinds import JetKind, SetKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from runtime.lua.table import Table
    from runtime.registry.kinds import KindHandler

log = logging.getLogger("wippy.node")
_LAST_WAIT = 1.0  # seconds for what is left when all services have stopped: calls of functions
MODULE_GROUP = "wippy.modules"
# Modules that every environment has without listing them (documentation page lua/overview).
ALWAYS = ("channel", "payload", "process")
_HANDLERS: tuple[type[KindHandler], ...] = (
    LuaKind,
    FunctionKind,
    HostKind,
    ServiceKind,
    SqliteHandler,
    DirectoryKind,
    MemoryStoreKind,
    SqlStoreKind,
    SetKind,
    JetKind,
    NativeKind,
    HttpServiceKind,
    RouterKind,
    EndpointKind,
    StaticKind,
)


class Options(Protocol):
    """How a node is made; what an object lacks has its default."""

    @property
    def config(self) -> Sequence[Path]:
        """Configuration files in place of the project's own."""

    @property
    def frozen(self) -> bool:
        """Refuse to compile: only artifacts that `wippy build` made will do."""


_current: Node | None = None


def current() -> Node:
    """Give the node of this operating-system process."""
    if _current is None:
        raise RuntimeError("no node has been made in this process")
    return _current


class Node:
    """Everything that runs entries, wired together."""

    def __init__(self, project: Project, config: Config, *, frozen: bool = False) -> None:
        global _current
        lift_recursion_limit()
        self.project = project
        self.config = config
        self.scheduler = Scheduler()
        self.preemption = Preemption()
        self.resources = Resources()
        self.processes = Processes(self)
        self.functions = Functions(self)
        self.http = HttpServices(self)
        _current = self
        always = process_globals.install()
        modules = load_modules()
        always.update({name: modules[name] for name in ALWAYS})
        self.code = CodeBase(ArtifactStore(project.state_dir / "artifacts"), modules, always, frozen=frozen)
        kinds = KindTable()
        for handler in _HANDLERS:
            kinds.register(handler(self))
        kinds.load_plugins(self)
        self.registry = Registry(kinds, lock=BoundedSemaphore(1))
        self.supervisor = Supervisor(self.registry.references)

    @classmethod
    def boot(cls, project_dir: Path, options: Options | None = None) -> Node:
        """Make a node of a project and load its entries; raise the errors that `runtime.http.worker.mistakes` lists."""
        project = Project.find(project_dir)
        config = Config.load(project.root, tuple(getattr(options, "config", ())), tuple(getattr(options, "sets", ())))
        node = cls(project, config, frozen=bool(getattr(options, "frozen", False)))
        entries = load_entries(project, config, tuple(getattr(options, "overrides", ())))
        unknown = config.choice("registry.unknown_kinds", "error", ("error", "warn"))
        node.registry.load(entries, unknown_kinds="warn" if unknown == "warn" else "error")
        log.info("loaded %d entries", len(entries))
        return node

    def start(self) -> None:
        """Start the supervised services; return when the required ones run."""
        self.preemption.start()
        self.supervisor.start_all()
        self.registry.subscribe(self._start_newcomers)

    def _start_newcomers(self, _notice: Notice) -> None:
        """Start the services that a change of the registry has brought."""
        try:
            self.supervisor.start_all()
        except SupervisorError as error:
            log.error("%s", error)  # noqa: TRY400  (the text names each service and the reason)

    def stop(self) -> None:
        """Stop the services, the processes and the scheduler."""
        global _current
        for service, reason in self.supervisor.stop_all().items():
            log.warning("service %s did not stop cleanly: %s", service, reason)
        self.processes.stop(_LAST_WAIT)
        self.preemption.stop()
        self.scheduler.close()
        self.resources.close()
        if _current is self:
            _current = None


def load_modules() -> dict[str, Table]:
    """Give the Lua modules written in Python by name: ours, and those of installed packages."""
    import stdlib

    found: dict[str, Table] = {}
    for info in pkgutil.iter_modules(stdlib.__path__):
        declared = getattr(importlib.import_module(f"stdlib.{info.name}"), "module", None)
        if isinstance(declared, Module):
            found[declared.name] = declared.table()
    for point in entry_points(group=MODULE_GROUP):
        declared = point.load()
        if not isinstance(declared, Module):
            raise TypeError(f"{point.value}, entry point {point.name} of {MODULE_GROUP}, is no runtime.binding.Module")
        found[declared.name] = declared.table()
    return found
