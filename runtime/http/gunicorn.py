"""gunicorn, started from a program instead of its own command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.http.worker import Boot


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

    def load(self) -> Any:
        """Refuse: the worker makes the application, after fork."""
        raise RuntimeError("wippy needs the worker class runtime.http.worker.WippyWorker")
