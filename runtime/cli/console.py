"""What commands share: the global flags, and the one place that writes to the terminal and owns its colours."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.config import Config
    from runtime.project import Project

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


class CommandError(Exception):
    """A command cannot do what was asked; the text says why and what to do, and is shown as it is."""


@dataclass
class Settings:
    """The global flags as given, before or after the command's name. `ctx.obj` of every command."""

    verbose: bool = False
    console: bool = False
    silent: bool = False
    config: list[Path] = field(default_factory=list)
    profile: list[str] = field(default_factory=list)
    event_streams: bool = False
    memory_limit: str = ""

    def project(self, directory: Path | None = None, lock_file: Path | None = None) -> Project:
        """Open the project of a directory (the current one when not given), or of a lock file."""
        from runtime.project import Project

        return Project.open(lock_file) if lock_file else Project.find(directory or Path.cwd())

    def configuration(self, project: Project, sets: Sequence[str] = ()) -> Config:
        """Load the configuration of a project: files, then profiles, then `--set` values."""
        from runtime.config import Config  # reads YAML: commands without a project start without it

        return Config.load(project.root, self.config, self.sets(sets), self.profile)

    def sets(self, given: Sequence[str] | None) -> tuple[str, ...]:
        """Give what stands for the flags that mean values of the configuration, and then those of `--set`."""
        meant = {
            "logmanager.stream_to_events": "true" if self.event_streams else "",
            "process.memory_limit": self.memory_limit,
        }
        return (*(f"{key}={value}" for key, value in meant.items() if value), *(given or ()))


def out(text: str = "") -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")


def err(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(text + "\n")


def is_terminal(stream: TextIO) -> bool:
    """Tell whether a person reads the stream."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def style(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """Colour a text (bold dim red green yellow blue cyan) if the stream is a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not is_terminal(stream):
        return text
    return f"\x1b[{';'.join(_STYLES[name] for name in styles)}m{text}\x1b[0m"


def report_error(text: str) -> None:
    """Write `Error: ...` to standard error; what follows the first line stands below it."""
    err(style("Error:", "bold", "red", stream=sys.stderr) + " " + text)


class Progress:
    """A bar on the terminal that counts steps; nothing where no person watches."""

    def __init__(self, label: str, total: int) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self.shown = total > 0 and is_terminal(sys.stderr)

    def step(self) -> None:
        """Count one more."""
        self.done += 1
        if self.shown:
            filled = 30 * self.done // self.total
            sys.stderr.write(f"\r{self.label} [{'#' * filled}{'.' * (30 - filled)}] {self.done}/{self.total}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Write `Warning: ...`, as short commands do; the long-running ones log in full."""
        word = record.levelname.capitalize()
        colour = "red" if record.levelno >= logging.ERROR else "yellow" if record.levelno >= logging.WARNING else "dim"
        return f"{style(word + ':', colour, stream=sys.stderr)} {record.getMessage()}"


def show_warnings(settings: Settings) -> None:
    """Show what the runtime logs on standard error, for commands that do not set up logging in full."""
    logger = logging.getLogger("wippy")
    logger.handlers = [logging.NullHandler()] if settings.silent else [logging.StreamHandler(sys.stderr)]
    logger.handlers[0].setFormatter(_Plain())
    logger.setLevel(logging.DEBUG if settings.verbose else logging.WARNING)
    logger.propagate = False


def start_logging(settings: Settings, config: Config) -> None:
    """Log in full on standard error, for commands that run until they are ended."""
    from runtime.logs.setup import LogSettings, install

    chosen = LogSettings.of(config, verbose=settings.verbose, console=settings.console, silent=settings.silent)
    install(chosen)
