"""sendfile: a handler names a file of a volume, and the server sends it."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, cast

import falcon
from falcon.routing.static import StaticRoute

from runtime.binding import Failure
from runtime.binding.text import decode
from runtime.files.directory import Directory
from runtime.http.middleware.options import OptionError

if TYPE_CHECKING:
    from runtime.http.middleware.options import Handler, Node, Options, Wrap

_PATH_HEADERS = ("X-Sendfile", "X-File-Path")
_NAME_HEADER = "X-File-Name"


class _Files(StaticRoute):
    """Sends the files of a volume with ranges, as http.static does; their names may hold whatever files' names may."""

    _DISALLOWED_CHARS_PATTERN = re.compile("[\x00-\x1f]")

    def send(self, path: str, request: falcon.Request, response: falcon.Response) -> None:
        """Send one file; raise falcon.HTTPNotFound."""
        asked = request.path
        request.path = "/" + path
        try:
            self(request, response)
        finally:
            request.path = asked
        if request.method == "HEAD" and response.stream is not None:
            cast(IO[bytes], response.stream).close()
            response.stream = None


def make(options: Options, node: Node) -> Wrap:
    """Make the middleware."""
    named = options.text("sendfile.fs", "", "fs")
    if not named:
        raise OptionError("sendfile.fs", "it is missing", "name the fs.directory that holds the files")
    volume_id = options.reference("sendfile.fs", "fs")

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            handler(request, response)
            path = _take_headers(response)
            if path is None:
                return
            _drop_body(response)
            volume = _volume(node, volume_id)
            if volume is None:
                raise falcon.HTTPInternalServerError(description=f"sendfile: there is no filesystem {volume_id}")
            found = volume.locate(path)
            if found is None or not found.is_file():
                raise falcon.HTTPNotFound(description="the file was not found")
            _Files("/", volume.root).send(str(found.relative_to(volume.root)), request, response)

        return answer

    return wrap


def _take_headers(response: falcon.Response) -> str | None:
    """Give the path that the handler named, and turn the name for the client into its header."""
    paths = [response.get_header(name) for name in _PATH_HEADERS]
    for name in _PATH_HEADERS:
        response.delete_header(name)
    path = next((path for path in paths if path), None)
    download_as = response.get_header(_NAME_HEADER)
    if path is not None and download_as:
        response.delete_header(_NAME_HEADER)
        response.downloadable_as = decode(download_as)
    return decode(path) if path is not None else None


def _drop_body(response: falcon.Response) -> None:
    close = getattr(response.stream, "close", None)
    if close is not None:
        close()
    response.stream = response.data = response.text = None


def _volume(node: Node, volume_id: object) -> Directory | None:
    try:
        volume = node.resources.get(volume_id)
    except Failure:
        return None
    return volume if isinstance(volume, Directory) else None
