"""`wippy serve`: the project's HTTP services under gunicorn, each worker process being a node."""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli.console import CommandError, Settings, out, start_logging, style
from runtime.components.loader import load_entries
from runtime.http.address import Address
from runtime.http.config import ServiceConfig
from runtime.registry.decode import decode
from runtime.registry.entry import Entry, EntryId

_HELP = """Serve the project's HTTP services under gunicorn.

Every http.service entry listens at its address. Ctrl-C or SIGTERM ends the server: it accepts no more connections,
requests that are under way finish, processes are cancelled, services stop in order.

With more than one worker each is a node of its own: the listening addresses, the files and the databases are shared;
processes, their names, the live registry and everything else in memory are per worker, and supervised services and
processes run in every worker.

\b
Example:  wippy serve
          wippy serve --dir examples/todo --bind 127.0.0.1:9000 --workers 2
"""
_ACCESS = '%(h)s "%(r)s" %(s)s %(b)s %(M)s ms'
_IDLE = 75  # seconds that a connection may stay open without a request, where no service says


@dataclass(frozen=True)
class Listener:
    """An http.service and where it listens."""

    service: EntryId
    address: Address
    idle: float


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help=_HELP)(serve)


def serve(
    ctx: typer.Context,
    directory: Annotated[
        Path | None, typer.Option("--dir", "-d", help="The project; by default the current one.")
    ] = None,
    bind: Annotated[
        str, typer.Option("--bind", "-b", metavar="ADDR", help="Listen here instead (one service only).")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Worker processes.")] = 1,
    timeout: Annotated[
        int, typer.Option("--timeout", "-t", min=1, help="Seconds that requests get to finish when the server ends.")
    ] = 30,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--override", "-o", metavar="NS:NAME:PATH=VALUE", help="Override a value of an entry; repeatable."
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Override a configuration value; repeatable."),
    ] = None,
    frozen: Annotated[bool, typer.Option("--frozen", help="Refuse to compile: run what `wippy build` made.")] = False,
) -> None:
    """Serve until ended."""
    settings: Settings = ctx.obj
    project = settings.project(directory)
    config = settings.configuration(project, sets or ())
    start_logging(settings, config)
    entries = load_entries(project, config, overrides or ())
    listeners = find_listeners(entries, bind)
    for listener in listeners:
        probe(listener)
    routes = count_routes(entries)
    from runtime.http.gunicorn import BootError, Server
    from runtime.http.worker import Boot

    def ready(worker: Any) -> None:
        if worker.age == 1:
            announce(listeners, routes, workers)

    boot = Boot(project.root, settings.config, settings.sets(sets), overrides or (), frozen, settings.profile)
    try:
        Server(boot, _gunicorn(listeners, workers, timeout, ready)).run()
    except BootError:
        raise typer.Exit(1) from None


def find_listeners(entries: Sequence[Entry], bind: str = "") -> list[Listener]:
    """Find what listens where; `bind` takes the place of the address of a single service."""
    services = {entry.id: decode(entry, ServiceConfig) for entry in entries if entry.kind == "http.service"}
    if not services:
        raise CommandError(
            "the project has no http.service entry, so there is nothing to serve; add one, or use `wippy run`"
        )
    if bind and len(services) > 1:
        names = ", ".join(map(str, services))
        raise CommandError(
            f"--bind needs exactly one http.service, but there are {len(services)}: {names}; set their `addr`"
        )
    listeners = []
    for id_, config in services.items():
        try:
            address = Address.parse(bind or config.addr)
        except ValueError as error:
            raise CommandError(f"--bind {error}" if bind else f"{id_}: addr: {error}") from None
        listeners.append(Listener(id_, address, config.timeouts.idle))
    _refuse_shared(listeners)
    return listeners


def _refuse_shared(listeners: Sequence[Listener]) -> None:
    seen: dict[Address, Listener] = {}
    for listener in listeners:
        other = seen.setdefault(listener.address, listener)
        if other is not listener and listener.address.port:
            raise CommandError(
                f"{other.service} and {listener.service} both listen on {listener.address}; give each its own address"
            )


def probe(listener: Listener) -> None:
    """Refuse an address that cannot be listened on, before any worker starts."""
    address = listener.address
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((address.host, address.port))
    except OSError as error:
        remedy = "stop the program that uses it, or choose another address with --bind or `addr`"
        raise CommandError(
            f"{listener.service} cannot listen on {address}: {error.strerror or error}; {remedy}"
        ) from None


def count_routes(entries: Sequence[Entry]) -> Mapping[EntryId, str]:
    """Say how much each service serves: "3 endpoints, 1 static"."""
    routers = {entry.id: _reference(entry, "meta.server") for entry in entries if entry.kind == "http.router"}
    endpoints = [routers.get(_reference(entry, "meta.router")) for entry in entries if entry.kind == "http.endpoint"]
    statics = [_reference(entry, "meta.server") for entry in entries if entry.kind == "http.static"]
    return {
        entry.id: f"{endpoints.count(entry.id)} endpoints, {statics.count(entry.id)} static"
        for entry in entries
        if entry.kind == "http.service"
    }


def _reference(entry: Entry, path: str) -> EntryId:
    return EntryId.parse(str(entry.lookup(path, "")), entry.id.ns)


def announce(listeners: Sequence[Listener], routes: Mapping[EntryId, str], workers: int) -> None:
    """Say what is served where."""
    for listener in listeners:
        count = "" if workers == 1 else f", {workers} workers"
        place = style(listener.address.url, "bold", "cyan")
        out(f"{listener.service} serves {place}  ({routes[listener.service]}{count}); Ctrl-C ends")


def _gunicorn(
    listeners: Sequence[Listener], workers: int, timeout: int, ready: Callable[[Any], None]
) -> dict[str, Any]:
    return {
        "bind": [str(listener.address) for listener in listeners],
        "workers": workers,
        "worker_class": "runtime.http.worker.WippyWorker",
        "graceful_timeout": timeout,
        "keepalive": int(max(listener.idle for listener in listeners) or _IDLE),
        "accesslog": "-",
        "access_log_format": _ACCESS,
        "loglevel": "warning",
        "post_worker_init": ready,
        "control_socket_disable": True,
        "proc_name": "wippy",
    }
