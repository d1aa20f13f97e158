"""The gunicorn worker: one node in one worker process, each listening socket answered by its http.service.

    gunicorn -k runtime.http.worker.WippyWorker -b :8080 path/to/project

`wippy serve` uses it with the addresses of the project's http.service entries.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
from gevent import socket
from gevent.event import Event
from greenlet import GreenletExit
from gunicorn.arbiter import Arbiter
from gunicorn.workers.ggevent import GeventWorker

from runtime.binding import Failure
from runtime.http.inflight import InFlight
from runtime.http.patching import patch
from runtime.http.reply import answer
from runtime.http.takeover import TAKEN
from runtime.logs.setup import ROOT, LogSettings, install

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gevent.server import StreamServer

    from runtime.http.address import Address
    from runtime.http.services import HttpServices
    from runtime.registry.entry import EntryId

_HEARTBEAT = 1.0  # seconds
_LINGER = 0.2  # seconds for connections that were accepted but have not sent their request
_HURRY = 1.0  # seconds for requests when the end is not graceful
_STOPPING = 3.0  # seconds of the graceful timeout that are kept for stopping the node


class ListenError(Exception):
    """gunicorn listens where no http.service of the project belongs."""


@dataclass
class Boot:
    """How a worker makes its node. The fields are those of `runtime.node.Options`."""

    project: Path
    config: Sequence[Path] = ()
    sets: Sequence[str] = ()
    overrides: Sequence[str] = ()
    frozen: bool = False
    profiles: Sequence[str] = ()

    def node(self) -> Any:
        """Load the project."""
        from runtime.node import Node

        return Node.boot(self.project, self)


class WippyWorker(GeventWorker):  # type: ignore[misc]
    """A gevent worker that boots a node after fork and stops it before it ends.

    On SIGTERM it accepts no more connections, lets requests finish within the graceful timeout, then stops the node.
    """

    sockets: list[Any]
    cfg: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cfg = _Settings(self.cfg)
        self.node: Any = None
        self._answering = InFlight()
        self._ending: Event | None = None
        # Seconds that requests get to finish when the worker ends.
        self._grace = max(self.cfg.graceful_timeout - _STOPPING, self.cfg.graceful_timeout / 2)

    def patch(self) -> None:
        """Make the standard library cooperative in our way; gunicorn's patches threads and selectors too."""
        patch()
        self.sockets = [
            socket.socket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in self.sockets
        ]

    def init_signals(self) -> None:
        """Leave the wake-up pipe out: nothing reads it here, and timer signals of the scheduler would fill it."""
        super().init_signals()
        signal.set_wakeup_fd(-1)

    def load_wsgi(self) -> None:
        """Boot and start the node; a mistake in the project ends the server with its message."""
        self._ending = Event()
        if not logging.getLogger(ROOT).handlers:
            install(LogSettings())
        try:
            self.node = self._boot().node()
            self.node.http.served_elsewhere = True
            self.node.start()
            names = [each.getsockname() for each in self.sockets]
            self.wsgi = application_of(self.node.http, names)
        except Exception as error:
            if not isinstance(error, mistakes()):
                raise
            sys.stderr.write(f"Error: {error}\n")
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def run(self) -> None:
        """Serve until told to end."""
        assert self._ending is not None
        servers = [self._listen(each) for each in self.sockets]
        heartbeat = gevent.spawn(self._beat)
        waker = gevent.get_hub().loop.timer(0.1, 0.1)
        waker.start(self._look_for_end)
        try:
            self._ending.wait()
            self._drain(servers)
        finally:
            waker.close()
            self.node.stop()
            heartbeat.kill(block=False)

    def handle_quit(self, _signal: int, _frame: object) -> None:
        """End soon, as SIGINT and SIGQUIT ask for."""
        self._grace = min(self._grace, _HURRY)
        self.alive = False

    def handle_request(self, *args: Any) -> None:
        """Answer one request."""
        with self._answering, contextlib.suppress(GreenletExit, SystemExit):
            answer(self, *args)

    def is_already_handled(self, body: Any) -> bool:
        """Leave a connection alone that somebody else goes on with."""
        if body is TAKEN:
            raise StopIteration
        return False

    def handle_error(self, request: Any, client: Any, address: Any, error: BaseException) -> None:
        """Answer what is no request; a connection that idles when the server ends is closed without a word."""
        if not isinstance(error, GreenletExit):
            super().handle_error(request, client, address, error)

    def _boot(self) -> Boot:
        boot = getattr(self.app, "boot", None)
        if isinstance(boot, Boot):
            return boot
        return Boot(Path(self.cfg.chdir) / (getattr(self.app, "app_uri", None) or "."))

    def _listen(self, listener: Any) -> StreamServer:
        from gevent.pool import Pool
        from gevent.server import StreamServer

        def serve(client: Any, address: Any) -> None:
            self.handle(listener, client, address)

        listener.setblocking(True)
        server = StreamServer(listener, handle=serve, spawn=Pool(self.worker_connections))
        if self.cfg.workers > 1:
            server.max_accept = 1
        server.start()
        return server

    def _beat(self) -> None:
        while True:
            self.notify()
            gevent.sleep(_HEARTBEAT)

    def _look_for_end(self) -> None:
        if self.alive and self.node.ending.is_set():  # Lua code asked for the end of the whole server
            self.alive = False
            os.kill(self.ppid, signal.SIGTERM)
        if not self.alive and self._ending is not None:
            self._ending.set()

    def _drain(self, servers: list[StreamServer]) -> None:
        deadline = time.monotonic() + self._grace
        for server in servers:
            server.close()
        self.node.http.close_connections()
        gevent.sleep(min(_LINGER, self._grace))
        if not self._answering.wait(max(0.0, deadline - time.monotonic())):
            self.log.warning("requests are cut off: they took longer than %g s to finish", self._grace)
        for server in servers:
            server.stop(timeout=0)


class _Settings:
    """gunicorn's settings, each looked up once; PERF: a request asks for twenty of them, 0.4 us each."""

    def __init__(self, cfg: Any) -> None:
        self._cfg = cfg

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._cfg, name)
        setattr(self, name, value)
        return value


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


def application_of(http: HttpServices, names: list[Any]) -> Callable[..., Any]:
    """Give the WSGI application for sockets with these names; raise ListenError for one that no service claims."""
    services = {id_: site.address for id_, site in http.sites.items()}
    if not services:
        raise ListenError("the project has no http.service entry; add one, or use `wippy run`")
    chosen = {_key(name): _service_at(name, services) for name in names}
    applications = {key: http.application(service) for key, service in chosen.items()}
    if len(set(chosen.values())) == 1:
        return next(iter(applications.values()))

    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return applications[environ["SERVER_NAME"], environ["SERVER_PORT"]](environ, start_response)

    return dispatch


def _service_at(name: Any, services: Mapping[EntryId, Address]) -> EntryId:
    if len(services) == 1:
        return next(iter(services))
    if isinstance(name, tuple):
        for exact in (True, False):
            for service, address in services.items():
                if address.port == name[1] and (not exact or address.host == name[0]):
                    return service
    known = ", ".join(f"{service} at {address}" for service, address in services.items())
    raise ListenError(f"no http.service belongs to {name}; there are {known}: bind one of these addresses")


def _key(name: Any) -> tuple[str, str]:
    return (str(name[0]), str(name[1])) if isinstance(name, tuple) else (str(name), "")
