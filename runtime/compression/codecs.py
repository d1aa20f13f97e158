"""Codecs from bytes to bytes: gzip, deflate, zlib, brotli, zstd. None gives out more than it is allowed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIECE = 1 << 16
_FED = 512  # bytes of zstd at a time, which give out 16 MB at most
DICTIONARY_MAGIC = (0xEC30A437).to_bytes(4, "little")
_HEADER = 8  # bytes of a dictionary before its tables: the magic number and the id


class CompressionError(ValueError):
    """Data that is not what the codec makes, or is cut off."""


class TooLargeError(Exception):
    """Data that decompresses to more than was allowed."""


class Codec:
    """One way of compression."""

    levels: ClassVar[range] = range(1, 10)
    default: ClassVar[int] = 6

    def encode(self, data: bytes, level: int) -> bytes:
        """Compress data."""
        raise NotImplementedError

    def decode(self, data: bytes, limit: int) -> bytes:
        """Decompress data; raise CompressionError, and TooLargeError for more than `limit` bytes."""
        raise NotImplementedError


@dataclass(frozen=True)
class Deflate(Codec):
    """The formats of zlib; `window` is its parameter that tells them apart, `members` whether several may follow."""

    window: int
    members: bool = False

    def encode(self, data: bytes, level: int) -> bytes:
        """Compress data."""
        compressor = zlib.compressobj(level, zlib.DEFLATED, self.window)
        return compressor.compress(data) + compressor.flush()

    def decode(self, data: bytes, limit: int) -> bytes:
        """Decompress all members of the data."""
        pieces: list[bytes] = []
        left = limit
        while True:
            piece, rest = self._member(data, left)
            pieces.append(piece)
            left -= len(piece)
            if not rest or not self.members:
                return b"".join(pieces)
            data = rest

    def _member(self, data: bytes, limit: int) -> tuple[bytes, bytes]:
        decompressor = zlib.decompressobj(self.window)
        try:
            piece = decompressor.decompress(data, limit + 1)
            if len(piece) <= limit:
                piece += decompressor.flush()
        except zlib.error as error:
            raise CompressionError(str(error).rpartition(": ")[2]) from None
        if len(piece) > limit:
            raise TooLargeError
        if not decompressor.eof:
            raise CompressionError("the data is cut off")
        return piece, decompressor.unused_data


class Brotli(Codec):
    """Brotli (RFC 7932)."""

    levels: ClassVar[range] = range(12)

    def encode(self, data: bytes, level: int) -> bytes:
        """Compress data."""
        compressed: bytes = brotli.compress(data, quality=level)
        return compressed

    def decode(self, data: bytes, limit: int) -> bytes:
        """Decompress data."""
        decompressor = brotli.Decompressor()
        pieces: list[bytes] = []
        total = 0
        try:
            piece = decompressor.process(data, output_buffer_limit=_PIECE)
            while True:
                pieces.append(piece)
                total += len(piece)
                if total > limit:
                    raise TooLargeError
                if decompressor.is_finished():
                    return b"".join(pieces)
                if decompressor.can_accept_more_data() and not piece:
                    raise CompressionError("the data is cut off")
                piece = decompressor.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise CompressionError(str(error)) from None


@dataclass(frozen=True)
class Zstd(Codec):
    """Zstandard (RFC 8878), with a dictionary or without."""

    dictionary: bytes | None = None
    levels: ClassVar[range] = range(1, 23)
    default: ClassVar[int] = 3

    def encode(self, data: bytes, level: int) -> bytes:
        """Compress data."""
        return zstandard.ZstdCompressor(level, dict_data=self._trained()).compress(data)

    def decode(self, data: bytes, limit: int) -> bytes:
        """Decompress all frames of the data."""
        decompressor = zstandard.ZstdDecompressor(dict_data=self._trained())
        frame = decompressor.decompressobj()
        pieces: list[bytes] = []
        total = position = 0
        try:
            while position < len(data):
                if frame.eof:
                    frame = decompressor.decompressobj()
                fed = data[position : position + _FED]
                piece = frame.decompress(fed)
                position += len(fed) - len(frame.unused_data)
                pieces.append(piece)
                total += len(piece)
                if total > limit:
                    raise TooLargeError
        except zstandard.ZstdError as error:
            raise CompressionError(str(error)) from None
        if not frame.eof:
            raise CompressionError("the data is cut off")
        return b"".join(pieces)

    def _trained(self) -> Any:
        return None if self.dictionary is None else zstandard.ZstdCompressionDict(self.dictionary)


def train(samples: Sequence[bytes], size: int, identity: int, level: int) -> bytes:
    """Make a dictionary of samples; raise CompressionError when they are too few or too small."""
    try:
        trained = zstandard.train_dictionary(size, list(samples), dict_id=identity, level=level)
    except zstandard.ZstdError as error:
        raise CompressionError(str(error)) from None
    return trained.as_bytes()


def inspect(dictionary: bytes) -> tuple[int, int]:
    """Give the id of a dictionary and the bytes behind its header; raise CompressionError for what is none."""
    if len(dictionary) <= _HEADER or not dictionary.startswith(DICTIONARY_MAGIC):
        raise CompressionError("it does not begin as a dictionary does")
    return int.from_bytes(dictionary[4:_HEADER], "little"), len(dictionary) - _HEADER


GZIP = Deflate(zlib.MAX_WBITS | 16, members=True)
ZLIB = Deflate(zlib.MAX_WBITS)
DEFLATE = Deflate(-zlib.MAX_WBITS)
BROTLI = Brotli()
