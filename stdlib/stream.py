"""Streams and scanners: what `req:stream()` and `file:stream()` hand out (documentation page lua/core/stream)."""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from typing import IO, Protocol

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module, Text, Userdata, method, to_lua
from runtime.lua.args import bad_argument

module = Module("stream", classes=("io", "nondeterministic"))

_CHUNK = 32 * 1024
_MAX_TOKEN = 64 * 1024 * 1024
_NEWLINE = re.compile(rb"\n")
_SPACE = re.compile(rb"\s")
_SET = LuaString("set")
LINES = LuaString("lines")
WHENCE = {"set": io.SEEK_SET, "cur": io.SEEK_CUR, "end": io.SEEK_END}


class Source(Protocol):
    """What a stream reads from."""

    def read(self, size: int) -> bytes:
        """Give up to `size` bytes; an empty string at the end."""


@module.handle("Stream")
class Stream(Userdata):
    """Bytes in order. `file` is set for those that can be positioned; `size` is -1 when unknown.

    `closing` is called when the stream is closed, perhaps more than once.
    """

    __slots__ = ("_closed", "_closing", "_file", "_position", "_size", "_source")

    def __init__(
        self,
        source: Source,
        size: int = -1,
        file: IO[bytes] | None = None,
        closing: Callable[[], None] | None = None,
    ) -> None:
        self._source = source
        self._file = file
        self._size = size
        self._position = 0
        self._closed = False
        self._closing = closing if closing is not None else file.close if file is not None else None

    @method(blocks=True)
    def read(self, size: int = 0) -> Bytes | None:
        """Read up to `size` bytes, 0 meaning 32 KiB; nil at the end."""
        if size < 0:
            raise bad_argument(1, "read", "size cannot be negative")
        data = self.take(size or _CHUNK)
        return Bytes(data) if data else None

    @method(blocks=True)
    def write(self, data: Bytes) -> int:
        """Refuse: these streams are for reading."""
        self._refuse_if_closed()
        raise Failure(Kind.INTERNAL, f"the stream is not writable: {len(data)} bytes are not written")

    @method(blocks=True)
    def seek(self, whence: LuaString = _SET, offset: int = 0) -> int:
        """Move, and give the position from the start."""
        self._refuse_if_closed()
        if whence not in WHENCE:
            raise Failure(Kind.INVALID, f"invalid whence {whence!r}: use 'set', 'cur' or 'end'")
        if self._file is None:
            raise Failure(Kind.INTERNAL, "the stream is not seekable")
        try:
            self._position = self._file.seek(offset, WHENCE[whence])
        except (OSError, ValueError) as error:
            raise Failure(Kind.INTERNAL, f"seek failed: {error}") from error
        return self._position

    @method(blocks=True)
    def flush(self) -> bool:
        """Do nothing: nothing is ever buffered for writing."""
        self._refuse_if_closed()
        return True

    @method(blocks=True)
    def stat(self) -> LuaValue:
        """Tell the size, the position and what the stream can do."""
        self._refuse_if_closed()
        return to_lua(
            {
                "size": self._size,
                "position": self._position,
                "readable": True,
                "writable": False,
                "seekable": self._file is not None,
            }
        )

    @method(blocks=True)
    def close(self) -> bool:
        """Release the stream; once more does no harm."""
        if not self._closed and self._closing is not None:
            self._closing()
        self._closed = True
        return True

    @method(blocks=True)
    def scanner(self, split: LuaString = LINES) -> LuaValue:
        """Make a scanner of lines, words, bytes or runes."""
        self._refuse_if_closed()
        return scanner_of(self.take, split)

    def take(self, size: int) -> bytes:
        """Read up to `size` bytes."""
        self._refuse_if_closed()
        data = self._source.read(size)
        self._position += len(data)
        return data

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise Failure(Kind.INTERNAL, "the stream is closed")


@module.handle("Scanner")
class Scanner(Userdata):
    """Walks over the tokens of a stream."""

    __slots__ = ("_error", "_token", "_tokens")

    def __init__(self, tokens: Iterator[bytes]) -> None:
        self._tokens = tokens
        self._token = b""
        self._error: str | None = None

    @method(blocks=True)
    def scan(self) -> LuaValue:
        """Go to the next token; false at the end, and false with the error when reading failed."""
        try:
            token = next(self._tokens, None)
        except Failure as failure:
            self._error = failure.message
            self._token = b""
            return False, failure.to_error()
        self._token = token or b""
        return token is not None

    @method
    def text(self) -> Bytes:
        """Give the token that the last scan went to."""
        return Bytes(self._token)

    @method
    def err(self) -> Text | None:
        """Give the message of the error that ended the scan."""
        return Text(self._error) if self._error is not None else None


def scanner_of(take: Callable[[int], bytes], split: LuaString) -> Scanner:
    """Make a scanner of what `take` gives, up to so many bytes at a time and nothing at the end."""
    tokens = _TOKENS.get(split)
    if tokens is None:
        raise Failure(Kind.INVALID, f"invalid split {split!r}: use 'lines', 'words', 'bytes' or 'runes'")
    return Scanner(tokens(lambda: take(_CHUNK)))


def _split(pieces: Callable[[], bytes], separator: re.Pattern[bytes]) -> Iterator[bytes]:
    """Cut at a separator; what stands after the last one comes too, unless it is empty."""
    rest = b""
    while piece := pieces():
        *whole, rest = separator.split(rest + piece)
        yield from whole
        if len(rest) > _MAX_TOKEN:
            raise Failure(Kind.INTERNAL, f"scan failed: a token is longer than {_MAX_TOKEN >> 20} MiB")
    if rest:
        yield rest


def _lines(pieces: Callable[[], bytes]) -> Iterator[bytes]:
    return (line.removesuffix(b"\r") for line in _split(pieces, _NEWLINE))


def _words(pieces: Callable[[], bytes]) -> Iterator[bytes]:
    return (word for word in _split(pieces, _SPACE) if word)


def _bytes(pieces: Callable[[], bytes]) -> Iterator[bytes]:
    while piece := pieces():
        for byte in piece:
            yield bytes((byte,))


def _runes(pieces: Callable[[], bytes]) -> Iterator[bytes]:
    """Give the UTF-8 characters; what is none becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    piece = pieces()
    while piece:
        yield from (rune.encode() for rune in decoder.decode(piece))
        piece = pieces()
    yield from (rune.encode() for rune in decoder.decode(b"", final=True))


_TOKENS: dict[str, Callable[[Callable[[], bytes]], Iterator[bytes]]] = {
    "lines": _lines,
    "words": _words,
    "bytes": _bytes,
    "runes": _runes,
}
