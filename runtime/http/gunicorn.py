"""gunicorn, started from a program instead of its own command line."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.http.worker import Boot


class BootError(Exception):
    """The project cannot be served."""


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what gunicorn says of a worker that could not load the project: the worker has said it better."""
    text = record.getMessage()
    return not (text.endswith(f"exited with code {Arbiter.WORKER_BOOT_ERROR}.") or text in _STALE)


_STALE = ("Shutting down: Master", "Reason: Worker failed to boot.")


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
        logging.getLogger("gunicorn.error").addFilter(_is_news)
        try:
            super().run()
        except SystemExit as exiting:
            # Workers are forks of this process and come by here too.
            if exiting.code == Arbiter.WORKER_BOOT_ERROR and os.getpid() == master:
                raise BootError from None
            raise

    def load(self) -> Any:
        """Refuse: the worker makes the application, after fork."""
        raise RuntimeError("wippy needs the worker class runtime.http.worker.WippyWorker")
