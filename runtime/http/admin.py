"""The admin address: whether the server lives and whether it answers requests, for whoever watches over it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.http.connection import Served, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gunicorn.config import Config

_TERMS = Terms(read=10.0, write=10.0, idle=30.0)


class Admin:
    """Answers `/healthz` and `/readyz`. `state` gives "ready", "starting" or "draining"."""

    def __init__(self, state: Callable[[], str]) -> None:
        self._state = state

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        status, told = self._answer(environ.get("PATH_INFO", ""))
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            status, told = "405 Method Not Allowed", {"error": "use GET or HEAD"}
        body = json.dumps(told).encode() + b"\n"
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response(status, headers)
        return [body if environ["REQUEST_METHOD"] != "HEAD" else b""]

    def _answer(self, path: str) -> tuple[str, dict[str, str]]:
        if path == "/healthz":
            return "200 OK", {"status": "ok"}
        if path == "/readyz":
            state = self._state()
            return ("200 OK" if state == "ready" else "503 Service Unavailable"), {"status": state}
        return "404 Not Found", {"error": "there are /healthz and /readyz"}

    def served(self, parsing: Config) -> Served:
        """Give what a listener serves."""
        return Served("admin", self, lambda: _TERMS, parsing)
