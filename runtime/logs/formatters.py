"""Log records as lines: for people, and as JSON."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESERVED = frozenset({"ts", "level", "logger", "msg", "pid", "location", "stacktrace"})
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warn", logging.ERROR: "error"}
_COLOURS = {"debug": "\x1b[35m", "info": "\x1b[34m", "warn": "\x1b[33m", "error": "\x1b[31m"}
_DIM, _RESET = "\x1b[2m", "\x1b[0m"
# What could end a line or steer a terminal; newlines and tabs are treated apart.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BARE = re.compile(r"[^\s\"=\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+\Z")


class ConsoleFormatter(logging.Formatter):
    """Time, level, place, message and fields in one line; what follows a newline in a message is indented."""

    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        level = level_name(record)
        second, fraction = divmod(int(record.created * 1000), 1000)
        head = f"{self._dim(f'{_clock(second)}.{fraction:03}')} {self._level(level)}"
        place = getattr(record, "location", "") or logger_name(record)
        text = _CONTROL.sub(_escaped, record.getMessage()).replace("\n", "\n    ")
        fields = "".join([f" {self._dim(_name(key) + '=')}{shown(value)}" for key, value in self._fields(record)])
        line = f"{head} {self._dim(_name(place))} {text}{fields}"
        stack = stack_of(record)
        return f"{line}\n    " + stack.replace("\n", "\n    ") if stack else line

    @staticmethod
    def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
        if getattr(record, "topic", ""):
            yield "logger", logger_name(record)
        said = getattr(record, "said", ())
        yield from ((key, value) for key, value in getattr(record, "fields", {}).items() if key not in said)
        if getattr(record, "pid", ""):
            yield "pid", record.pid  # type: ignore[attr-defined]

    def _dim(self, text: str) -> str:
        return f"{_DIM}{text}{_RESET}" if self._colour else text

    def _level(self, level: str) -> str:
        padded = level.upper().ljust(5)
        return f"{_COLOURS.get(level, '')}{padded}{_RESET}" if self._colour else padded


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ts, level, logger, msg, pid, location, stacktrace and the fields.

    A field that bears one of these names gets an underscore behind it.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        line: dict[str, Any] = {
            "ts": _time(record).isoformat(timespec="milliseconds"),
            "level": level_name(record),
            "logger": logger_name(record),
            "msg": record.getMessage(),
        }
        for name in ("pid", "location"):
            if getattr(record, name, ""):
                line[name] = getattr(record, name)
        for key, value in getattr(record, "fields", {}).items():
            line[f"{key}_" if key in _RESERVED else key] = value
        stack = stack_of(record)
        if stack:
            line["stacktrace"] = stack
        return json.dumps(_finite(line), ensure_ascii=True, default=str)


def level_name(record: logging.LogRecord) -> str:
    """Give the level as configuration and Lua spell it."""
    return _LEVELS.get(record.levelno, "error" if record.levelno > logging.ERROR else record.levelname.lower())


def logger_name(record: logging.LogRecord) -> str:
    """Give the part of the runtime, or the name of a Lua logger, that the record comes from."""
    name = record.name.removeprefix("wippy.")
    topic: str = getattr(record, "topic", "")
    return f"{name}.{topic}" if topic else name


def shown(value: Any) -> str:
    """Write a name or a value so that it cannot be taken for more: text that is not one plain word stands in quotes."""
    if isinstance(value, str):
        return value if _BARE.match(value) else json.dumps(value, ensure_ascii=not value.isprintable())
    if type(value) is int or (type(value) is float and value - value == 0):
        return repr(value)  # as JSON has it; PERF: 0.2 us in place of 2
    return json.dumps(_finite(value), ensure_ascii=True, default=str)


@lru_cache(1024)
def _name(text: str) -> str:
    """Write a name, of which there are few."""
    return shown(text)


@lru_cache(2)
def _clock(second: int) -> str:
    """Write the local time of a second; PERF: a second has many records, and the time of one takes 4 us."""
    return datetime.fromtimestamp(second).strftime("%H:%M:%S")


def stack_of(record: logging.LogRecord) -> str:
    """Give the traceback that the record carries, empty without one."""
    if record.exc_info and record.exc_info[1] is not None:
        return logging.Formatter().formatException(record.exc_info)
    return record.stack_info or ""


def _finite(value: Any) -> Any:
    """Replace the floats that JSON lacks by text."""
    if isinstance(value, float) and value - value != 0:
        return str(value)
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created).astimezone()


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
