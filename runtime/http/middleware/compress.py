"""compress: answers in gzip where the client takes it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gevent import get_hub

from runtime.http.middleware.headers import accepts_gzip, vary

if TYPE_CHECKING:
    import falcon

    from runtime.http.middleware.options import Handler, Node, Options, Wrap

_LEVELS = {"fastest": 1, "default": 6, "best": 9}
# What is compressed already, and what must not wait for a compressor: streams of events.
_LEFT_ALONE = ("image/", "audio/", "video/", "font/woff", "text/event-stream", "application/zip", "application/gzip",
               "application/x-gzip", "application/x-7z", "application/x-bzip", "application/x-xz", "application/zstd",
               "application/vnd.rar")  # fmt: skip
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 64 * 1024
_LARGE = 128 * 1024  # bytes from which on a thread compresses, for it takes milliseconds


def make(options: Options, _node: Node) -> Wrap:
    """Make the middleware."""
    level = options.choice("compress.level", _LEVELS, "default")
    compressor = _Compressor(level, options.number("compress.min.length", 1024))

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            handler(request, response)
            if compressor.is_worth(response):
                vary(response, "Accept-Encoding")
                if accepts_gzip(request.get_header("Accept-Encoding") or "") and request.method != "HEAD":
                    compressor.compress(response)

        return answer

    return wrap


@dataclass(frozen=True)
class _Compressor:
    level: int
    min_length: int

    def is_worth(self, response: falcon.Response) -> bool:
        """Tell whether an answer becomes smaller; one of unknown length does."""
        length = response.get_header("Content-Length")
        size = int(length) if length is not None else len(response.data or (response.text or "").encode())
        media_type = response.content_type or ""
        return (
            response.status_code >= 200
            and response.status_code not in (204, 206, 304)
            and response.get_header("Content-Encoding") is None
            and response.get_header("Content-Range") is None
            and (size >= self.min_length or (response.stream is not None and length is None))
            and (media_type.startswith("image/svg") or not media_type.startswith(_LEFT_ALONE))
        )

    def compress(self, response: falcon.Response) -> None:
        """Compress the body; its ETag becomes a weak one, for the bytes differ."""
        if response.stream is not None:
            response.stream = _Compressed(response.stream, self.level)
            response.delete_header("Content-Length")
        else:
            data = response.data if response.data is not None else (response.text or "").encode()
            response.text = None
            response.data = self._whole(bytes(data))
        response.set_header("Content-Encoding", "gzip")
        response.delete_header("Accept-Ranges")
        tag = response.get_header("ETag")
        if tag is not None and not tag.startswith("W/"):
            response.set_header("ETag", f"W/{tag}")

    def _whole(self, data: bytes) -> bytes:
        if len(data) < _LARGE:
            return gzip.compress(data, self.level, mtime=0)
        packed: bytes = get_hub().threadpool.apply(gzip.compress, (data, self.level), {"mtime": 0})
        return packed


class _Compressed(Iterator[bytes]):
    """A body that is compressed on its way; each piece is sent at once, so that the client need not wait for more."""

    def __init__(self, source: Any, level: int) -> None:
        self._source = source
        self._pieces = iter(source) if not hasattr(source, "read") else iter(lambda: source.read(_PIECE), b"")
        self._packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP)
        self._flush = zlib.Z_NO_FLUSH if hasattr(source, "read") else zlib.Z_SYNC_FLUSH
        self._ended = False

    def __next__(self) -> bytes:
        while not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                return self._packer.flush()
            packed = self._packer.compress(piece)
            if self._flush == zlib.Z_SYNC_FLUSH:
                packed += self._packer.flush(self._flush)
            if packed:
                return packed
        raise StopIteration

    def close(self) -> None:
        """End the source."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()
