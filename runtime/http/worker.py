"""The gunicorn worker: one node in one worker process, each listening socket answered by its http.service.

    gunicorn -k runtime.http.worker.WippyWorker -b :8080 path/to/project

`wippy serve` uses it with the addresses of the project's http.service entries.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import gevent
from gevent import socket
from gevent.event import Event
from gunicorn.arbiter import Arbiter
from gunicorn.workers.ggevent import GeventWorker

from runtime.http.admin import Admin
from runtime.http.boot import Boot, ListenError, mistakes, service_at
from runtime.http.connection import Served, Terms
from runtime.http.listener import Listener
from runtime.http.patching import patch
from runtime.http.workers import SharedRegistry, Workers
from runtime.logs.setup import ROOT, LogSettings, install
from runtime.offload import offload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runtime.http.watch import Watch

log = logging.getLogger("wippy.http")
_HEARTBEAT = 1.0  # seconds
_CAMPAIGN = 0.3  # seconds between two tries to lead
_WATCH = 0.7  # seconds between two looks at the sources
_HURRY = 1.0  # seconds for requests when the end is not graceful
_STOPPING = 3.0  # seconds that are kept for stopping the node
RESERVE = 2.0  # seconds of gunicorn's graceful timeout that are kept for the end of the process


class WippyWorker(GeventWorker):  # type: ignore[misc]
    """A gunicorn worker that boots a node after fork and stops it before it ends.

    On SIGTERM it accepts no more connections, lets requests finish, then stops the node, all within the graceful
    timeout.
    """

    # How the node is made; without it, from what gunicorn's command line says.
    boot: ClassVar[Boot | None] = None
    # Made by the master; what all its workers have in common.
    workers_of_all: ClassVar[Workers | None] = None
    sockets: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Here it is still the master, which forks for each worker that it has made.
        super().__init__(*args, **kwargs)
        if WippyWorker.workers_of_all is None:
            WippyWorker.workers_of_all = Workers()
        self.workers = WippyWorker.workers_of_all
        self._history = self.workers.history(self.cfg)
        self.node: Any = None
        self._state = "starting"
        self._ending: Event | None = None
        self._admin: Listener | None = None
        self._listeners: list[Listener] = []
        self._watch: Watch | None = None
        limit = self.cfg.graceful_timeout
        # Seconds for everything when the worker ends, and those of them that requests get to finish.
        self._total = max(limit - RESERVE, limit / 2)
        self._grace = max(self._total - _STOPPING, self._total / 2)

    # --- start --------------------------------------------------------------------------------------------------------

    def patch(self) -> None:
        """Make the standard library cooperative in our way; gunicorn's patches threads and selectors too."""
        patch()
        self.sockets = [
            socket.socket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in self.sockets
        ]
        for each in self.sockets:
            each.setblocking(True)

    def init_signals(self) -> None:
        """Leave the wake-up pipe out: nothing reads it here, and timer signals of the scheduler would fill it."""
        super().init_signals()
        signal.set_wakeup_fd(-1)
        # Ctrl-C reaches all processes of a terminal; the master decides what it means and tells its workers.
        signal.signal(signal.SIGINT, self.handle_exit)

    def load_wsgi(self) -> None:
        """Boot and start the node; a mistake in the project ends the server with its message."""
        self._ending = Event()
        gevent.spawn(self._beat)
        if not logging.getLogger(ROOT).handlers:
            install(LogSettings())
        boot = self._boot()
        sockets = self._serve_admin(boot)
        self._watch = boot.watch()
        try:
            boot.shared = SharedRegistry(self.workers, self._history) if self.cfg.workers > 1 else None
            self.node = boot.node()
            self._listeners = self._services(sockets)
            # One that was told to end while it booted must not take over from the others, which end too.
            self.node.supervisor.leads = self.alive and self.workers.lead()
            self.node.start()
            self._start_bound()
        except Exception as error:
            if not isinstance(error, mistakes()):
                raise
            sys.stderr.write(f"Error: {error}\n")
            if self._watch is None:
                sys.exit(Arbiter.WORKER_BOOT_ERROR)
            self._listeners = [self._listener(each, _apology(str(error))) for each in sockets]
        self.wsgi = None

    def _boot(self) -> Boot:
        if self.boot is not None:
            return self.boot
        boot = getattr(self.app, "boot", None)
        if isinstance(boot, Boot):
            return boot
        return Boot(Path(self.cfg.chdir) / (getattr(self.app, "app_uri", None) or "."))

    def _serve_admin(self, boot: Boot) -> list[Any]:
        """Answer at the admin address from now on; give the other sockets."""
        if boot.admin is None:
            return self.sockets
        admin = [each for each in self.sockets if boot.admin.is_at(each.getsockname())]
        for each in admin[:1]:
            self._admin = Listener(each, Admin(self._told_state).served(self.cfg))
            self._admin.start()
        return [each for each in self.sockets if each not in admin]

    def _told_state(self) -> str:
        """Tell how the server is: ready as long as one of its workers is."""
        return "ready" if self.workers.any_ready else self._state

    def _services(self, sockets: list[Any]) -> list[Listener]:
        http = self.node.http
        services = {id_: site.address for id_, site in http.sites.items()}
        if not services:
            raise ListenError("the project has no http.service entry; add one, or use `wippy run`")
        chosen = [service_at(each.getsockname(), services) for each in sockets]
        http.bound = frozenset(chosen)
        http.shares_ports = self.cfg.workers > 1
        return [
            self._listener(each, http.served(service, self.cfg)) for each, service in zip(sockets, chosen, strict=True)
        ]

    def _listener(self, sock: Any, served: Served) -> Listener:
        return Listener(sock, served, self.worker_connections, 1 if self.cfg.workers > 1 else None)

    def _start_bound(self) -> None:
        """Start the services that do not start by themselves: whoever bound their addresses wants them."""
        from runtime.supervisor.service import State

        for service in self.node.http.bound:
            if self.node.supervisor.state(service) is State.UNKNOWN:
                self.node.supervisor.start(service)

    # --- life ---------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until told to end."""
        assert self._ending is not None
        for listener in self._listeners:
            listener.start()
        if self.node is not None:
            self._state = "ready"
            self.workers.set_ready(True)
        greenlets = [gevent.spawn(self._campaign), gevent.spawn(self._look_at_sources)]
        waker = gevent.get_hub().loop.timer(0.1, 0.1)
        waker.start(self._look_for_end)
        try:
            self._ending.wait()
            self._drain()
        finally:
            waker.close()
            gevent.killall(greenlets, block=False)

    def handle_quit(self, _signal: int, _frame: object) -> None:
        """End soon, as SIGQUIT asks for."""
        self._grace = min(self._grace, _HURRY)
        self._total = min(self._total, _HURRY + _STOPPING)
        self.alive = False

    def _beat(self) -> None:
        while os.getppid() == self.ppid:
            self.tmp.notify()
            gevent.sleep(_HEARTBEAT)
        log.error("the master process has gone: this worker ends")
        self.alive = False

    def _campaign(self) -> None:
        """Become the worker that leads when the one that does has gone."""
        while self.alive and not self.workers.lead():
            gevent.sleep(_CAMPAIGN)
        if self.alive and self.node is not None and not self.node.supervisor.leads:
            log.info("this worker takes over the services of which only one runs")
            self.node.lead()

    def _look_at_sources(self) -> None:
        """Have the server start its workers anew when the sources have changed; one worker looks."""
        if self._watch is None:
            return
        while self.alive:
            gevent.sleep(_WATCH)
            changed = offload(self._watch.changed)
            if changed and self.workers.lead():
                log.info("%s has changed: the server loads the project anew", changed)
                os.kill(self.ppid, signal.SIGHUP)
                return

    def _look_for_end(self) -> None:
        if self.alive and self.node is not None and self.node.ending.is_set():
            # Lua code asked for the end of the whole server.
            self.alive = False
            self.workers.exit_code = self.node.exit_code
            os.kill(self.ppid, signal.SIGTERM)
        if not self.alive and self._ending is not None:
            self._ending.set()

    # --- end ----------------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        began = time.monotonic()
        self._state = "draining"
        self.workers.set_ready(False)
        for listener in self._listeners:
            listener.leave()
        if self.node is not None:
            self.node.http.close_connections()
        ends = [
            gevent.spawn(listener.finish, max(0.0, began + self._grace - time.monotonic()))
            for listener in self._listeners
        ]
        gevent.joinall(ends)
        if not all(end.value for end in ends):
            log.warning("requests are cut off: they took longer than %g s to finish", self._grace)
        if self.node is not None:
            self.node.stop(max(0.5, began + self._total - time.monotonic()))
        if self._admin is not None:
            self._admin.leave()


def _apology(text: str) -> Served:
    """Serve nothing but a mistake in the project, until it is mended."""
    body = f"{text}\n".encode("utf-8", "replace")

    def answer(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("500 Internal Server Error", head)
        return [body]

    from gunicorn.config import Config

    return Served("the project", answer, Terms, Config())
