"""`wippy run`: the project's node in the foreground."""

import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli.console import Settings, out, start_logging, style

_HELP = """Run the project in the foreground.

Supervised services and processes start, HTTP services listen at their addresses. Ctrl-C stops all in order; a second
Ctrl-C ends at once.

\b
Example:  wippy run
          wippy run --override app:gateway:addr=:9000
"""


# Seconds; with a limit the wait has a timer, without which an event loop with nothing to do would give up.
_WHILE = 3600.0


@dataclass(frozen=True)
class Launch:
    """How the node is made (`runtime.node.Options`)."""

    config: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    frozen: bool = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=_HELP)(run)


def run(
    ctx: typer.Context,
    directory: Annotated[
        Path | None, typer.Option("--dir", "-d", help="The project; by default the current one.")
    ] = None,
    override: Annotated[
        list[str] | None,
        typer.Option(
            "--override", "-o", metavar="NS:NAME:PATH=VALUE", help="Override a value of an entry; repeatable."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Override a configuration value; repeatable."),
    ] = None,
) -> None:
    """Run until ended."""
    from runtime.http.patching import patch

    patch()
    import gevent
    from gevent.event import Event

    from runtime.node import Node

    settings: Settings = ctx.obj
    project = settings.project(directory)
    start_logging(settings, settings.configuration(project, tuple(set_ or ())))
    launch = Launch(tuple(settings.config), tuple(set_ or ()), tuple(override or ()))
    node = Node.boot(project.root, launch)
    ending = Event()
    _end_on_signals(ending)
    starting = gevent.spawn(node.start)
    try:
        # A service that is tried again and again holds the start up, but not the end.
        first: list[Any] = [starting, ending]
        gevent.wait(first, count=1)
        if starting.dead:
            starting.get()
            _announce(node)
            while not ending.wait(_WHILE):
                pass
    finally:
        starting.kill()
        node.stop()


def _end_on_signals(ending: Any) -> None:
    from gevent import signal_handler

    def end() -> None:
        if ending.is_set():
            # Without the end of the interpreter, which would wait for threads while the timer of preemption goes on.
            logging.shutdown()
            os._exit(1)
        ending.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal_handler(number, end)


def _announce(node: Any) -> None:
    """Say what runs."""
    states = node.supervisor.states()
    for service, state in sorted(states.items()):
        site = node.http.sites.get(service)
        place = f"  {style(site.address.url, 'bold', 'cyan')}" if site is not None and hasattr(site, "address") else ""
        out(f"{service} is {state}{place}")
    out(f"{len(node.registry.all())} entries, {len(states)} services; Ctrl-C ends")
    sys.stdout.flush()
