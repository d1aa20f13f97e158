"""`wippy run`: the project's node in the foreground, or one process of it on the terminal."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli.commands import commands_of, entry_of, find_command, terminal_host
from runtime.cli.console import CommandError, Settings, out, show_warnings, start_logging, style
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
    entry: Annotated[
        str | None, typer.Option("--exec", "-x", metavar="NS:NAME", help="Run this process in place of a command.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="NS:NAME", help="The terminal host; not needed if there is one.")
    ] = None,
) -> None:
    """Run until ended."""
    settings: Settings = ctx.obj
    launch = Launch(
        tuple(settings.config), settings.sets(set_), tuple(override or ()), profiles=tuple(settings.profile)
    )
    given = tuple(words or ())
    if given and given[0].endswith(PACK):
        directory, given = Path(given[0]), given[1:]
    if entry is None and given == ("list",):
        _list(settings, directory, launch)
        return
    errand = None
    if entry is not None:
        errand = Errand(given, entry=entry, host=host)
    elif given and given[0].startswith("-"):
        raise CommandError(f"no such option: {given[0]}\nSee `wippy run --help`.")
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
    starting = gevent.spawn(_outcome_of, node.start)
    try:
        # A service that is tried again and again holds the start up, but not the end.
        first: list[Any] = [starting, node.ending]
        gevent.wait(first, count=1)
        if starting.dead:
            failure = starting.get()
            if failure is not None:
                raise failure
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


def _outcome_of(work: Callable[[], None]) -> Exception | None:
    """Give what a piece of work raises; gevent would print it, where this command has a message for it."""
    try:
        work()
    except Exception as failure:  # noqa: BLE001
        return failure
    return None


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
        place = f"  {style(site.address.url, 'bold', 'cyan')}" if site is not None and hasattr(site, "address") else ""
        out(f"{service} is {state}{place}")
    entries = len(node.registry.all())
    if not entries:
        out(f"there is nothing to run: declare entries in a YAML file, for example {node.project.lock.src}/_index.yaml")
    services = f"{len(states)} service{'' if len(states) == 1 else 's'}"
    out(f"{entries} {'entry' if entries == 1 else 'entries'}, {services}; Ctrl-C ends")
    sys.stdout.flush()
