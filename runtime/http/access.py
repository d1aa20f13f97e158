"""The access lines of the workers, in the format that is configured (gunicorn's `access_log_format`)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TextIO

from gunicorn.glogging import Logger, SafeAtoms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

_MILLISECOND = 1000
_STREAMS = (logging.StreamHandler, logging.FileHandler)


class AccessLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger, which finds out only what the format names.

    PERF: gunicorn makes all atoms, with one for each header and each key of the environment: 25 of 290 us a request.
    """

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Write the line of a request."""
        if not self.access_log_enabled or not self.access_log.isEnabledFor(logging.INFO):
            return
        try:
            line = self.cfg.access_log_format % _Atoms(self, resp, req, environ, request_time)
            stream = self._stream()
            if stream is None:
                self.access_log.info("%s", line)
            else:
                stream.write(line + "\n")
                stream.flush()
        except Exception:  # noqa: BLE001  (a log that fails must not end the connection)
            self.exception("the access line cannot be written")

    def _stream(self) -> TextIO | None:
        """Give where lines go when that is but a stream or a file; PERF: a log record for each line takes 10 us."""
        log = self.access_log
        if len(log.handlers) != 1 or log.filters or log.propagate:
            return None
        handler = log.handlers[0]
        plain = type(handler) in _STREAMS and getattr(handler, "_gunicorn", False) and not handler.filters
        return handler.stream if plain else None


_FOUND: Mapping[str, Callable[[Any, dict[str, Any], timedelta], object]] = {
    "h": lambda _resp, environ, _took: environ.get("REMOTE_ADDR", "-"),
    "r": lambda _resp, environ, _took: "{REQUEST_METHOD} {RAW_URI} {SERVER_PROTOCOL}".format_map(environ),
    "s": lambda resp, _environ, _took: str(resp.status).partition(" ")[0],
    "b": lambda resp, _environ, _took: str(resp.sent),
    "M": lambda _resp, _environ, took: took.seconds * _MILLISECOND + took.microseconds // _MILLISECOND,
}


class _Atoms(dict[str, object]):
    """What the format may name; the common ones are read when they are named, for any other gunicorn makes all."""

    def __init__(self, logger: AccessLogger, *request: Any) -> None:
        self._logger = logger
        self._request = request
        self._all: SafeAtoms | None = None

    def __missing__(self, name: str) -> object:
        read = _FOUND.get(name)
        if read is None:
            if self._all is None:
                self._all = SafeAtoms(self._logger.atoms(*self._request))
            return self._all[name]
        resp, _, environ, took = self._request
        value = read(resp, environ, took)
        return value.replace('"', '\\"') if isinstance(value, str) else value
