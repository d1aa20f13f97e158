"""Log records as events: system `logs`, kind `logs.entry`, for a node with `logmanager.stream_to_events`."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from gevent import get_hub

from runtime.logs.formatters import logger_name, stack_of
from runtime.logs.setup import ROOT

if TYPE_CHECKING:
    from runtime.events.bus import Bus

SYSTEM = "logs"
KIND = "logs.entry"
_LEVELS = ((logging.ERROR, 2), (logging.WARNING, 1), (logging.INFO, 0))
_TYPES = {bool: "bool", int: "int64", float: "float64", str: "string"}


class LogStream(logging.Handler):
    """Publishes the records that it is given.

    `data.entry` has `level` (-1 debug to 2 error), `time` in nanoseconds, `logger_name`, `message`, `caller` and
    `stack`; `data.fields` a list of `key`, `type`, `string` and `int`.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self.bus = bus
        self._thread = threading.get_ident()
        self._loop = get_hub().loop
        self._publishing = False
        self._former: int | None = None

    def attach(self, level: int) -> None:
        """Begin: from now on records of this level and above are published, whatever is shown elsewhere."""
        logger = logging.getLogger(ROOT)
        self._former = logger.level
        self.setLevel(level)
        logger.setLevel(min(logger.level or level, level))
        logger.addHandler(self)

    def detach(self) -> None:
        """End; without effect when it has not begun."""
        if self._former is not None:
            logger = logging.getLogger(ROOT)
            logger.removeHandler(self)
            logger.setLevel(self._former)
            self._former = None

    def emit(self, record: logging.LogRecord) -> None:
        """Publish a record; from another thread by way of the event loop, and none that publishing itself causes."""
        if threading.get_ident() != self._thread:
            self._loop.run_callback_threadsafe(self.emit, record)
        elif not self._publishing:
            self._publishing = True
            try:
                self.bus.publish(
                    SYSTEM, KIND, logger_name(record), {"entry": _entry(record), "fields": _fields(record)}
                )
            finally:
                self._publishing = False


def _entry(record: logging.LogRecord) -> dict[str, Any]:
    return {
        "level": next((level for least, level in _LEVELS if record.levelno >= least), -1),
        "time": int(record.created * 1e9),
        "logger_name": logger_name(record),
        "message": record.getMessage(),
        "caller": getattr(record, "location", "") or f"{record.filename}:{record.lineno}",
        "stack": stack_of(record),
    }


def _fields(record: logging.LogRecord) -> list[dict[str, Any]]:
    fields = dict(getattr(record, "fields", {}))
    if getattr(record, "pid", ""):
        fields["pid"] = record.pid  # type: ignore[attr-defined]
    return [
        {
            "key": key,
            "type": _TYPES.get(type(value), "unknown"),
            "string": "" if type(value) is int else str(value),
            "int": value if type(value) is int else 0,
        }
        for key, value in fields.items()
    ]
