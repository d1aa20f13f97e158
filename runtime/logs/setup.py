"""Where log records go: decided by the command line's flags and the configuration (page guides/observability)."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO, cast

from runtime.logs.formatters import ConsoleFormatter, JsonFormatter

if TYPE_CHECKING:
    from runtime.config import Config

ROOT = "wippy"
Encoding = Literal["console", "json"]
_MIN_LEVELS = {-1: logging.DEBUG, 0: logging.INFO, 1: logging.WARNING, 2: logging.ERROR}


@dataclass(frozen=True)
class LogSettings:
    """What is logged and how; levels are Python's numbers, `silent` writes nothing at all.

    `least` is the level that the configuration asks for, whatever the flags say of what is shown.
    """

    level: int = logging.INFO
    least: int = logging.DEBUG
    encoding: Encoding = "console"
    silent: bool = False

    @classmethod
    def of(cls, config: Config, *, verbose: bool = False, console: bool = False, silent: bool = False) -> LogSettings:
        """Combine the flags -v, -c and -s with `logger.encoding`, `logmanager.min_level` and `propagate_downstream`."""
        least = _MIN_LEVELS.get(config.integer("logmanager.min_level", -1), logging.ERROR)
        encoding = cast("Encoding", config.choice("logger.encoding", "console", ("console", "json")))
        return cls(
            level=max(logging.DEBUG if verbose else logging.INFO, least),
            least=least,
            encoding="console" if console else encoding,
            silent=silent or not config.flag("logmanager.propagate_downstream", default=True),
        )


def install(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send the runtime's records to a stream, standard error by default, in place of where they went before."""
    target = stream if stream is not None else sys.stderr
    handler: logging.Handler = logging.NullHandler() if settings.silent else logging.StreamHandler(target)
    if settings.encoding == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(ConsoleFormatter(colour=target.isatty() and not os.environ.get("NO_COLOR")))
    handler.setLevel(settings.level)
    logger = logging.getLogger(ROOT)
    logger.handlers = [handler]
    logger.setLevel(settings.level)
    logger.propagate = False


class Silence:
    """Keeps log records from where they go to, for a while."""

    def __init__(self) -> None:
        self._handlers: list[logging.Handler] | None = None

    def begin(self) -> None:
        """Drop records from now on."""
        if self._handlers is None:
            logger = logging.getLogger(ROOT)
            self._handlers, logger.handlers = logger.handlers, [logging.NullHandler()]

    def end(self) -> None:
        """Let records through again."""
        if self._handlers is not None:
            logging.getLogger(ROOT).handlers = self._handlers
            self._handlers = None
