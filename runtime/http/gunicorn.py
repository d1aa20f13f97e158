"""gunicorn, started from a program instead of its own command line, and what it needs to know of a project."""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from runtime.http.worker import RESERVE, WippyWorker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.http.boot import Boot

_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
# gunicorn's news of a worker that could not load the project: the worker has said it better.
_STALE = ("Shutting down: Master", "Reason: Worker failed to boot.")


class BootError(Exception):
    """The project cannot be served."""


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's own log as a part of the runtime's; the access log is written by the workers themselves."""

    def setup(self, cfg: Any) -> None:
        """Write to the runtime's log."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log = logging.getLogger("wippy.gunicorn")
        verbose = logging.getLogger("wippy").isEnabledFor(logging.DEBUG)
        self.error_log.setLevel(logging.DEBUG if verbose else logging.WARNING)
        if _is_news not in self.error_log.filters:
            self.error_log.addFilter(_is_news)

    def access(self, *_: Any) -> None:
        """Write nothing."""

    def reopen_files(self) -> None:
        """Do nothing: there are no files."""

    def close_on_exec(self) -> None:
        """Do nothing: there are no files."""


def _is_news(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    return not (text.endswith(f"exited with code {Arbiter.WORKER_BOOT_ERROR}.") or text in _STALE)


class _Master(Arbiter):  # type: ignore[misc]
    """gunicorn's master. Ctrl-C ends the server as SIGTERM does; the second signal ends it at once."""

    _ending = False
    _hurried = False

    def handle_int(self) -> None:
        """End gracefully."""
        raise StopIteration

    def stop(self, graceful: bool = True) -> None:
        """End the workers."""
        self._ending = True
        super().stop(graceful)

    def signal(self, number: int, frame: object) -> None:
        """Take note of a signal."""
        if self._ending and number in _ENDS:
            self._hurried = True
            for worker in list(self.WORKERS):
                os.kill(worker, signal.SIGKILL)
            return
        super().signal(number, frame)

    def halt(self, reason: str | None = None, exit_status: int = 0) -> None:
        """End, with the code that the program asked for."""
        try:
            super().halt(reason, exit_status)
        except SystemExit as exiting:
            workers = WippyWorker.workers_of_all
            code = exiting.code or (1 if self._hurried else workers.exit_code if workers is not None else 0)
            raise SystemExit(code) from None


class Server(BaseApplication):  # type: ignore[misc]
    """A gunicorn server whose workers boot the node that `boot` describes."""

    def __init__(self, boot: Boot, options: Mapping[str, Any]) -> None:
        self.boot = boot
        self._options = options
        super().__init__(prog="wippy serve")

    def load_config(self) -> None:
        """Take the options; the workers take the rest from the project."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until ended; raise BootError when no worker could load the project, which it has told why by then."""
        master = os.getpid()
        try:
            _Master(self).run()
        except SystemExit as exiting:
            # Workers are forks of this process and come by here too.
            if exiting.code == Arbiter.WORKER_BOOT_ERROR and os.getpid() == master:
                raise BootError from None
            raise

    def load(self) -> Any:
        """Refuse: the worker makes the application, after fork."""
        raise RuntimeError("wippy needs the worker class runtime.http.worker.WippyWorker")


def settings_of(binds: list[str], workers: int, timeout: float) -> dict[str, Any]:
    """Give gunicorn's settings; `timeout` is the seconds that everything has to end in."""
    return {
        "bind": binds,
        "workers": workers,
        "worker_class": WippyWorker,
        "logger_class": ServerLog,
        "graceful_timeout": int(timeout + RESERVE),
        "control_socket_disable": True,
        "proc_name": "wippy",
    }
