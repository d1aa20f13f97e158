"""`wippy run`: the project's node in the foreground, or one process of it on the terminal."""

import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli.commands import commands_of, entry_of, find_command, terminal_host
from runtime.cli.console import Settings, out, show_warnings, start_logging, style
from runtime.cli.options import Directory, Frozen, Overrides, Sets
from runtime.project import PACK
from runtime.registry.entry import EntryId

_HELP = """Run the project in the foreground, or one command of it.

Supervised services and processes start, HTTP services listen at their addresses. Ctrl-C stops all in order; a second
Ctrl-C ends at once.

With a NAME, the process whose metadata declares that command runs on a terminal host, with the words behind as its
arguments, and the runtime ends with it: a number that it returns is the exit code, a string is printed. Nothing is
logged then unless -v or -c is given. Words that look like options of this command go behind --.

\b
Example:  wippy run
          wippy run --override app:gateway:addr=:9000
          wippy run list
          wippy run migrate --up
          wippy run app.wapp migrate
          wippy run --exec app:worker one two
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
    profiles: tuple[str, ...] = ()
    shared: None = None


@dataclass(frozen=True)
class Errand:
    """The one process to run, by the name of a command or by its id; the words are its arguments."""

    words: tuple[str, ...] = ()
    command: str | None = None
    entry: str | None = None
    host: str | None = None

    def start(self, node: Any) -> None:
        """Start it on a terminal host that runs."""
        from runtime.binding.text import encode
        from runtime.process.context import EMPTY
        from runtime.process.processes import SpawnRequest
        from runtime.supervisor.service import State

        target = self.target(node)
        host = terminal_host(node.registry.all(), self.host)
        if node.supervisor.state(host) is not State.RUNNING:
            node.supervisor.start(host)
        sys.stdout.flush()
        node.processes.spawn(SpawnRequest(target, host, [encode(word) for word in self.words], EMPTY))

    def target(self, node: Any) -> EntryId:
        """Find the process."""
        return entry_of(self.entry) if self.entry is not None else find_command(node.registry.all(), self.command or "")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=_HELP, context_settings={"ignore_unknown_options": True})(run)


def run(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME [ARGS]...]", help="A command of the project, or list.")
    ] = None,
    directory: Directory = None,
    overrides: Overrides = None,
    sets: Sets = None,
    frozen: Frozen = False,
    entry: Annotated[
        str | None, typer.Option("--exec", "-x", metavar="NS:NAME", help="Run this process in place of a command.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="NS:NAME", help="The terminal host; not needed if there is one.")
    ] = None,
) -> None:
    """Run until ended."""
    settings: Settings = ctx.obj
    launch = Launch(tuple(settings.config), tuple(sets or ()), tuple(overrides or ()), frozen, tuple(settings.profile))
    given = tuple(words or ())
    if given and given[0].endswith(PACK):
        directory, given = Path(given[0]), given[1:]
    if entry is None and given == ("list",):
        _list(settings, directory, launch)
        return
    errand = None
    if entry is not None:
        errand = Errand(given, entry=entry, host=host)
    elif given:
        errand = Errand(given[1:], command=given[0], host=host)
    raise typer.Exit(run_errand(settings, directory, launch, errand))


def run_errand(settings: Settings, directory: Path | None, launch: Launch, errand: Errand | None) -> int:
    """Run a project, or one errand of it, until it ends; give the exit code."""
    from runtime.http.patching import patch

    patch()
    import gevent

    from runtime.node import Node

    project = settings.project(directory)
    if errand is not None and not (settings.verbose or settings.console):
        settings.silent = True
    start_logging(settings, settings.configuration(project, launch.sets))
    node = Node.boot(project.pack or project.root, launch)
    _end_on_signals(node)
    starting = gevent.spawn(node.start)
    try:
        # A service that is tried again and again holds the start up, but not the end.
        first: list[Any] = [starting, node.ending]
        gevent.wait(first, count=1)
        if starting.dead:
            starting.get()
            if errand is None:
                _announce(node)
            else:
                errand.start(node)
            while not node.ending.wait(_WHILE):
                pass
    finally:
        starting.kill()
        node.stop()
    return int(node.exit_code)


def _end_on_signals(node: Any) -> None:
    from gevent import signal_handler

    def end() -> None:
        if node.ending.is_set():
            # Without the end of the interpreter, which would wait for threads while the timer of preemption goes on.
            logging.shutdown()
            os._exit(1)
        node.ending.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        # A signal is something to wait for: without it the event loop would give up where nothing else is.
        signal_handler(number, end).ref = True


def _list(settings: Settings, directory: Path | None, launch: Launch) -> None:
    """Show the commands."""
    from runtime.components.loader import load_entries

    show_warnings(settings)
    project = settings.project(directory)
    commands = commands_of(load_entries(project, settings.configuration(project, launch.sets), launch.overrides))
    if not commands:
        out("No commands found.")
        out("\nTo declare one, add `meta: {command: {name: hello, short: Say hello}}` to a process.lua entry.")
        return
    out(style("Available commands:", "bold"))
    names, shorts = (max(len(getattr(each, part)) for each in commands) for part in ("name", "short"))
    for each in commands:
        out(f"  {each.name:{names}}  {each.short:{shorts}}  {style(f'({each.entry})', 'dim')}")
    out("\nRun one with: wippy run NAME")


def _announce(node: Any) -> None:
    """Say what runs."""
    states = node.supervisor.states()
    for service, state in sorted(states.items()):
        site = node.http.sites.get(service)
        place = f"  {style(site.url, 'bold', 'cyan')}" if site is not None else ""
        out(f"{service} is {state}{place}")
    out(f"{len(node.registry.all())} entries, {len(states)} services; Ctrl-C ends")
    sys.stdout.flush()
