"""`wippy serve`: the project's HTTP services under gunicorn, each worker process being a node."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from runtime.cli.console import CommandError, Settings, out, start_logging, style
from runtime.cli.options import Directory, Frozen, Overrides, Sets
from runtime.components.loader import load_entries
from runtime.config import Config
from runtime.http.address import Address
from runtime.http.boot import Boot
from runtime.http.places import Place, count_routes, places_of, probe

_HELP = """Serve the project's HTTP services under gunicorn.

Every http.service entry listens at its address. Ctrl-C or SIGTERM ends the server: it accepts no more connections,
requests that are under way finish, processes are cancelled, services stop in order. A second signal ends it at once.

With more than one worker each is a node of its own, a process of the operating system.

\b
Shared by all workers:
  the listening addresses, files, and databases in files or on servers;
  the registry: what one changes the others take over within a moment;
  process.service and workflow.host entries run in one worker, and in another
  when that one dies.
Per worker:
  process.host entries, processes and their names: `process.send` reaches
  processes of the same worker only, and so do WebSocket and SSE relays;
  store.memory, queues in memory and their consumers, databases in memory,
  env.storage.memory, pools of functions, rate limits, metrics, events.

So use one worker where requests share processes or memory, more where they do not.

\b
Example:  wippy serve
          wippy serve --dir examples/todo --bind 127.0.0.1:9000 --workers 2
          wippy serve --frozen --admin 127.0.0.1:9090
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help=_HELP)(serve)


def serve(
    ctx: typer.Context,
    directory: Directory = None,
    bind: Annotated[
        str, typer.Option("--bind", "-b", metavar="ADDR", help="Listen here instead (one service only).")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Worker processes.")] = 1,
    timeout: Annotated[
        int | None,
        typer.Option("--timeout", "-t", min=1, help="Seconds that everything has to end in; else shutdown.timeout."),
    ] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start anew when a source changes; for development.")
    ] = False,
    admin: Annotated[
        str, typer.Option("--admin", metavar="ADDR", help="Answer /healthz and /readyz here, without encryption.")
    ] = "",
    overrides: Overrides = None,
    sets: Sets = None,
    frozen: Frozen = False,
) -> None:
    """Serve until ended."""
    settings: Settings = ctx.obj
    if reload and frozen:
        raise CommandError("--reload compiles what has changed, which --frozen refuses; choose one")
    project = settings.project(directory)
    config = settings.configuration(project, sets or ())
    start_logging(settings, config)
    entries = load_entries(project, config, overrides or ())
    places = places_of(project, entries, bind, admin)
    for place in places:
        probe(place)
    routes = count_routes(entries)
    from runtime.http.gunicorn import BootError, Server, settings_of

    boot = Boot(
        project.pack or project.root,
        settings.config,
        sets or (),
        overrides or (),
        frozen,
        settings.profile,
        reload=reload,
    )
    boot.admin = Address.parse(admin) if admin else None

    def ready(worker: Any) -> None:
        if worker.age == 1:
            announce(places, routes, workers)

    options = settings_of([str(place.address) for place in places], workers, timeout or shutdown_timeout(config))
    try:
        Server(boot, {**options, "post_worker_init": ready}).run()
    except BootError:
        raise typer.Exit(1) from None


def shutdown_timeout(config: Config) -> float:
    """Give the seconds that everything has to end in."""
    return config.duration("shutdown.timeout", 30.0)


def announce(places: Sequence[Place], routes: Mapping[str, str], workers: int) -> None:
    """Say what is served where."""
    for place in places:
        url = style(place.url, "bold", "cyan")
        if place.name not in routes:
            out(f"/healthz and /readyz are at {url}")
            continue
        count = "" if workers == 1 else f", {workers} workers"
        out(f"{place.name} serves {url}  ({routes[place.name]}{count}); Ctrl-C ends")
