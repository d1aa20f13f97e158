"""The `compress` module: gzip, deflate, zlib, brotli, zstd (page lua/data/compress)."""

from __future__ import annotations

from collections.abc import Callable

from runtime.binding import Bytes, Failure, Kind, LuaValue, Module, Table
from runtime.binding.demand import demand_bytes, integer_option
from runtime.compression import codecs
from runtime.compression.codecs import Codec, CompressionError, TooLargeError, Zstd
from runtime.lua.stringlimit import MAX_STRING
from runtime.offload import offload, offload_large

module = Module("compress", deterministic=True, classes=("encoding", "deterministic"))

_DEFAULT_SIZE = 128 << 20
_DICTIONARY_SIZES = range(256, (1 << 20) + 1)
_DEFAULT_DICTIONARY = 112 << 10
_SAMPLE = 8  # bytes, which at least one sample must have
# Brotli and zstd at their highest levels take a hundred times longer for a byte than a digest does.
_WEIGHT = 64


def _declare(name: str, codec_of: Callable[[Table | None], Codec], bad_data: str) -> Module:
    """Declare `encode` and `decode` of a format; `bad_data` is the kind of error for data of another."""
    part = Module(f"compress.{name}")

    @part.function(blocks=True)
    def encode(data: LuaValue = None, options: Table | None = None) -> Bytes:
        """Compress; options `level` and, for zstd, `dict`."""
        content = _content(data)
        codec = codec_of(options)
        level = integer_option(options, "level", codec.default)
        if level not in codec.levels:
            raise Failure(Kind.INVALID, f"level must be from {codec.levels[0]} to {codec.levels[-1]}, got {level}")
        return Bytes(offload_large(len(content) * _WEIGHT, codec.encode, content, level))

    @part.function(blocks=True)
    def decode(data: LuaValue = None, options: Table | None = None) -> Bytes:
        """Expand what `encode` made, up to `max_size` bytes, 128 MiB if not said; Internal when it is more."""
        content = _content(data)
        limit = integer_option(options, "max_size", _DEFAULT_SIZE)
        limit = min(limit, MAX_STRING) if limit > 0 else _DEFAULT_SIZE
        try:
            return Bytes(offload(codec_of(options).decode, content, limit))
        except TooLargeError:
            raise Failure(Kind.INTERNAL, f"decompressed data is larger than {limit} bytes") from None
        except CompressionError as problem:
            raise Failure(bad_data, f"invalid {name} data: {problem}") from None

    return part


def _content(data: LuaValue) -> bytes:
    content = demand_bytes(data, "data")
    if not content:
        raise Failure(Kind.INVALID, "data must not be empty")
    return content


def _zstd(options: Table | None) -> Zstd:
    dictionary = None if options is None else options.get("dict")
    if dictionary is None:
        return Zstd()
    content = demand_bytes(dictionary, "dict")
    _inspected(content, "dict")
    return Zstd(content)


def _inspected(dictionary: bytes, what: str) -> tuple[int, int]:
    try:
        return codecs.inspect(dictionary)
    except CompressionError as problem:
        raise Failure(Kind.INVALID, f"{what} is no zstd dictionary: {problem}") from None


_formats = {
    "gzip": _declare("gzip", lambda _: codecs.GZIP, Kind.INVALID),
    "deflate": _declare("deflate", lambda _: codecs.DEFLATE, Kind.INVALID),
    "zlib": _declare("zlib", lambda _: codecs.ZLIB, Kind.INVALID),
    "brotli": _declare("brotli", lambda _: codecs.BROTLI, Kind.INVALID),
    "zstd": _declare("zstd", _zstd, Kind.INTERNAL),
}


@_formats["zstd"].function(blocks=True)
def train_dict(samples: Table, options: Table | None = None) -> Bytes:
    """Make a dictionary of samples; Internal when the library finds them too few."""
    contents = [demand_bytes(sample, "each sample") for sample in samples.array]
    if not contents or not all(contents) or max(map(len, contents)) < _SAMPLE:
        raise Failure(Kind.INVALID, f"samples must be strings, none of them empty, one at least {_SAMPLE} bytes long")
    size = integer_option(options, "size", _DEFAULT_DICTIONARY)
    if size not in _DICTIONARY_SIZES:
        raise Failure(Kind.INVALID, f"size must be from {_DICTIONARY_SIZES[0]} to {_DICTIONARY_SIZES[-1]}, got {size}")
    identity = integer_option(options, "id", 0)
    level = integer_option(options, "level", Zstd.default)
    if not 0 <= identity < 1 << 32 or level not in Zstd.levels:
        raise Failure(Kind.INVALID, "id must fit 32 bits, and level be from 1 to 22")
    try:
        return Bytes(offload(codecs.train, contents, size, identity, level))
    except CompressionError as problem:
        raise Failure(Kind.INTERNAL, f"zstd dictionary training failed: {problem}") from None


@_formats["zstd"].function
def inspect_dict(dictionary: LuaValue = None) -> Table:
    """Give the id of a dictionary, and its size without the header."""
    identity, size = _inspected(demand_bytes(dictionary, "dictionary"), "the string")
    return Table.from_dict({"id": identity, "content_size": size})


for _name, _part in _formats.items():
    module.nest(_name, _part)
