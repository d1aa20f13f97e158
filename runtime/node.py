"""The composition root: one node for an operating-system process, made after fork."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore

from compiler.artifact import ArtifactStore
from runtime.binding import Failure, Module
from runtime.code.codebase import CodeBase
from runtime.code.evaluation import Evaluator
from runtime.code.kinds import FunctionKind, LuaKind, ProcessKind
from runtime.components.loader import load_entries
from runtime.config import Config
from runtime.data.kinds import SqliteHandler
from runtime.durations import format_duration
from runtime.env.kinds import KINDS as ENV_KINDS
from runtime.env.variables import Environment
from runtime.events.bus import Bus
from runtime.events.logs import LogStream
from runtime.executors.native import NativeKind
from runtime.files.kinds import DirectoryKind
from runtime.functions.service import Functions
from runtime.http.client.client import HttpClient
from runtime.http.kinds import EndpointKind, RouterKind, StaticKind
from runtime.http.kinds import ServiceKind as HttpServiceKind
from runtime.http.services import HttpServices
from runtime.logs.setup import LogSettings
from runtime.lua.limits import lift_recursion_limit
from runtime.metrics.metrics import Metrics
from runtime.process import globals as process_globals
from runtime.process import outdated, timing
from runtime.process.access import Decide, by_scope, strictly
from runtime.process.hunger import MemoryGuard, default_limit
from runtime.process.kinds import HostKind, ServiceKind
from runtime.process.preemption import Preemption
from runtime.process.processes import Processes
from runtime.process.scheduler import Scheduler
from runtime.project import Project
from runtime.queues.kinds import ConsumerKind, MemoryDriverKind, QueueKind
from runtime.registry.history import History, MemoryHistory
from runtime.registry.kinds import KindTable
from runtime.registry.narrator import Narrator
from runtime.registry.registry import Notice, Registry, Surroundings
from runtime.registry.sqlite_history import SqliteHistory
from runtime.resources import Resources
from runtime.security.kinds import ExpressionKind, PolicyKind, TokenStoreKind
from runtime.security.policies import Policies
from runtime.stores.kinds import MemoryStoreKind, SqlStoreKind
from runtime.supervisor.reporter import Reporter
from runtime.supervisor.service import State
from runtime.supervisor.supervisor import Supervisor, SupervisorError
from runtime.templates.kinds import JetKind, SetKind
from runtime.terminal.kinds import TerminalKind
from runtime.usage import Settings
from runtime.workflows.catalogue import Workflows
from runtime.workflows.embedded.host import Engines, WorkflowHostKind
from runtime.workflows.kinds import WorkflowKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from runtime.registry.kinds import KindHandler

log = logging.getLogger("wippy.node")
_UNDER_WAY = (State.STARTING, State.RUNNING, State.STOPPING)
_FOLLOW = 0.1  # seconds between two looks whether another node has changed the registry
_LAST_WAIT = 1.0  # seconds for what is left when all services have stopped: calls of functions
MODULE_GROUP = "wippy.modules"
# Modules that every environment has without listing them (documentation page lua/overview).
ALWAYS = ("channel", "payload", "process")
_HANDLERS: tuple[type[KindHandler], ...] = (
    LuaKind,
    FunctionKind,
    ProcessKind,
    WorkflowKind,
    WorkflowHostKind,
    HostKind,
    ServiceKind,
    TerminalKind,
    SqliteHandler,
    DirectoryKind,
    *ENV_KINDS,
    MemoryStoreKind,
    SqlStoreKind,
    SetKind,
    JetKind,
    NativeKind,
    MemoryDriverKind,
    QueueKind,
    ConsumerKind,
    HttpServiceKind,
    RouterKind,
    EndpointKind,
    StaticKind,
    PolicyKind,
    ExpressionKind,
    TokenStoreKind,
)


class Options(Protocol):
    """How a node is made; what an object lacks has its default."""

    @property
    def config(self) -> Sequence[Path]:
        """Configuration files in place of the project's own."""

    @property
    def frozen(self) -> bool:
        """Refuse to compile: only artifacts that `wippy build` made will do."""

    @property
    def shared(self) -> Shared | None:
        """What the node has in common with others that serve the same application; None for a node alone."""


class Shared(Protocol):
    """What nodes have in common that serve one application side by side."""

    @property
    def history(self) -> Path:
        """The file of the registry's history, where the configuration keeps it in memory."""

    @property
    def turn(self) -> AbstractContextManager[Any]:
        """Who holds it may change the registry."""


_current: Node | None = None


def current() -> Node:
    """Give the node of this operating-system process."""
    if _current is None:
        raise RuntimeError("no node has been made in this process")
    return _current


class Node:
    """Everything that runs entries, wired together."""

    def __init__(self, project: Project, config: Config, *, frozen: bool = False, shared: Shared | None = None) -> None:
        global _current
        lift_recursion_limit()
        self.project = project
        self.config = config
        self.scheduler = Scheduler()
        self.preemption = Preemption(MemoryGuard(config.integer("process.memory_limit", default_limit())))
        self.resources = Resources()
        self.events = Bus()
        self.decide: Decide = strictly if config.flag("security.strict_mode", default=False) else by_scope
        self.policies = Policies()
        self.env = Environment()
        self.name = "local"
        self.settings = Settings()
        # Set when somebody wants the node to end; whoever started it waits for that and stops it.
        self.ending = Event()
        self.exit_code = 0
        self.processes = Processes(self)
        self.functions = Functions(self)
        self.workflows = Workflows(self)
        self.engines = Engines(self)
        self.metrics = Metrics()
        self.http_client = HttpClient()
        self.http = HttpServices(self)
        _current = self
        always = process_globals.install()
        self.modules = load_modules()
        tables = {name: module.table() for name, module in self.modules.items()}
        always.update({name: tables[name] for name in ALWAYS})
        self.code = CodeBase(ArtifactStore(project.state_dir / "artifacts"), tables, always, frozen=frozen)
        self.evaluator = Evaluator(self)
        kinds = KindTable()
        for handler in _HANDLERS:
            kinds.register(handler(self))
        kinds.load_plugins(self)
        surroundings = Surroundings(
            BoundedSemaphore(1) if shared is None else shared.turn,
            history_of(config, shared.history if shared is not None else None),
            narrator=Narrator(self.events),
            lookup=self.env.lookup,
            follows=shared is not None,
        )
        self._following = gevent.Greenlet(self._follow) if shared is not None else None
        self.registry = Registry(kinds, surroundings)
        self.supervisor = Supervisor(self.registry.references, clock=timing.now, sleep=timing.sleep)
        Reporter(self.events, self.supervisor).start()
        self._log_stream = LogStream(self.events)

    @classmethod
    def boot(cls, project_dir: Path, options: Options | None = None) -> Node:
        """Make a node of a project and load its entries; raise the errors that `runtime.http.boot.mistakes` lists."""
        project = Project.find(project_dir)
        files, sets, profiles = (tuple(getattr(options, name, ())) for name in ("config", "sets", "profiles"))
        config = Config.load(project.root, files, sets, profiles)
        frozen, shared = bool(getattr(options, "frozen", False)), getattr(options, "shared", None)
        node = cls(project, config, frozen=frozen, shared=shared)
        entries = load_entries(project, config, tuple(getattr(options, "overrides", ())))
        unknown = config.choice("registry.unknown_kinds", "error", ("error", "warn"))
        node.registry.load(entries, unknown_kinds="warn" if unknown == "warn" else "error")
        log.info("loaded %d entries", len(entries))
        return node

    def start(self) -> None:
        """Start the supervised services; return when the required ones run."""
        self.preemption.start()
        if self.config.flag("logmanager.stream_to_events", default=False):
            self._log_stream.attach(LogSettings.of(self.config).least)
        if self.config.flag("prometheus.enabled", default=False) and self.config.text("prometheus.address", ""):
            self.metrics.serve(self.config.text("prometheus.address", ""))
        self.supervisor.start_all()
        self.workflows.watch()
        self.registry.subscribe(self._start_newcomers)
        self.registry.subscribe(lambda notice: outdated.tell(self, [change.id for change in notice.changes]))
        if self._following is not None:
            self._following.start()

    def lead(self) -> None:
        """Run from now on the services, too, of which one node in several runs each."""
        self.supervisor.leads = True
        self._start_newcomers()

    def _follow(self) -> None:
        """Take over what other nodes change in the registry."""
        while True:
            gevent.sleep(_FOLLOW)
            try:
                self.registry.catch_up()
            except Failure as failure:
                log.error("a change of the registry by another worker cannot be taken over: %s", failure.message)  # noqa: TRY400

    def _start_newcomers(self, _notice: Notice | None = None) -> None:
        """Start the services that a change of the registry has brought."""
        try:
            self.supervisor.start_all()
        except SupervisorError as error:
            log.error("%s", error)  # noqa: TRY400  (the text names each service and the reason)

    def exit(self, code: int = 0) -> None:
        """Ask for the end, in order; of several calls the last one's exit code counts."""
        self.exit_code = code
        self.ending.set()

    def stop(self, timeout: float | None = None) -> None:
        """Stop the services, the processes and the scheduler, within `shutdown.timeout` or so many seconds."""
        global _current
        if self._following is not None:
            self._following.kill()
        self._stop_services(self.config.duration("shutdown.timeout", 30.0) if timeout is None else timeout)
        self.metrics.close()
        self.http_client.close()
        self.processes.stop(_LAST_WAIT)
        self.functions.close()
        self.preemption.stop()
        self._log_stream.detach()
        self.scheduler.close()
        self.resources.close()
        self.registry.close()
        if _current is self:
            _current = None

    def _stop_services(self, limit: float) -> None:
        stopping = gevent.spawn(self.supervisor.stop_all)
        stopping.join(limit)
        if not stopping.dead:
            left = [str(name) for name, state in self.supervisor.states().items() if state in _UNDER_WAY]
            log.error("not stopped within %s (shutdown.timeout): %s", format_duration(limit), ", ".join(left))
            stopping.kill(block=False)
            return
        for service, reason in stopping.get().items():
            log.warning("service %s did not stop cleanly: %s", service, reason)


def history_of(config: Config, shared: Path | None = None) -> History | None:
    """Make the history that the configuration asks for; None where none shall be kept.

    One in memory is in a file where several nodes share it.
    """
    if not config.flag("registry.enable_history", default=True):
        return None
    wanted = config.choice("registry.history_type", "memory", ("memory", "sqlite", "nil"))
    if wanted == "sqlite":
        return SqliteHistory(config.directory / config.text("registry.history_path", ".wippy/registry.db"))
    if wanted == "memory":
        return MemoryHistory() if shared is None else SqliteHistory(shared)
    return None


def load_modules() -> dict[str, Module]:
    """Give the Lua modules written in Python by name: ours, and those of installed packages."""
    import stdlib

    found: dict[str, Module] = {}
    for info in pkgutil.iter_modules(stdlib.__path__):
        declared = getattr(importlib.import_module(f"stdlib.{info.name}"), "module", None)
        if isinstance(declared, Module):
            found[declared.name] = declared
    for point in entry_points(group=MODULE_GROUP):
        declared = point.load()
        if not isinstance(declared, Module):
            raise TypeError(f"{point.value}, entry point {point.name} of {MODULE_GROUP}, is no runtime.binding.Module")
        found[declared.name] = declared
    return found
