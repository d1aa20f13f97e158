"""Static files below a path (http.static): Falcon's static route sends them, this decides which file a path means."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

import falcon
from falcon.routing.static import StaticRoute

if TYPE_CHECKING:
    from runtime.files.directory import Directory

_INDEX = "index.html"
_METHODS = ("GET", "HEAD", "OPTIONS")


class StaticFiles(StaticRoute):
    """Serves the files of a volume with ranges, ETag and Last-Modified.

    A directory gives its index file. With `spa`, whatever is no file gives the index file of the volume.
    """

    def __init__(self, prefix: str, volume: Directory, *, spa: bool = False, index: str = "", cache: str = "") -> None:
        super().__init__(prefix, volume.root)
        self._volume = volume
        self._spa = spa
        self._index = index or _INDEX
        self._cache = cache

    def __call__(self, req: falcon.Request, resp: falcon.Response, **_: Any) -> None:
        """Answer one request."""
        if req.method not in _METHODS:
            raise falcon.HTTPMethodNotAllowed(_METHODS)
        if req.method == "OPTIONS":
            resp.status = falcon.HTTP_204
            resp.set_header("Allow", ", ".join(_METHODS))
            return
        relative = req.path[len(self._prefix) :]
        target = self._target(relative)
        if target is None:
            raise falcon.HTTPNotFound
        if target != relative and not req.path.endswith("/") and not self._spa:
            raise falcon.HTTPMovedPermanently(req.relative_uri.partition("?")[0] + "/")
        req.path = self._prefix + target
        super().__call__(req, resp)
        if req.method == "HEAD" and resp.stream is not None:
            # Falcon sends no body for HEAD, and leaves the file open.
            cast(IO[bytes], resp.stream).close()
            resp.stream = None
        if self._cache:
            resp.set_header("Cache-Control", self._cache)

    def _target(self, relative: str) -> str | None:
        """Name the file, relative to the volume, that a path means."""
        found = self._volume.locate(relative)
        if found is not None and found.is_file() and not relative.endswith("/"):
            return relative
        if found is not None and found.is_dir():
            inner = f"{relative.rstrip('/')}/{self._index}".lstrip("/")
            if self._is_file(inner):
                return inner
        return self._index if self._spa and self._is_file(self._index) else None

    def _is_file(self, path: str) -> bool:
        found = self._volume.locate(path)
        return found is not None and found.is_file()
