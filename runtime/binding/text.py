"""The border between Lua strings, which are bytes, and Python text."""


def encode(text: str) -> str:
    """Turn text into a Lua string: its UTF-8 bytes as characters. Free for ASCII."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def decode(string: str) -> str:
    """Turn a Lua string into text; bytes that are not UTF-8 survive as lone surrogates. Free for ASCII."""
    return string if string.isascii() else string.encode("latin-1").decode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """Turn bytes into a Lua string."""
    return data.decode("latin-1")


def to_bytes(string: str) -> bytes:
    """Turn a Lua string into bytes."""
    return string.encode("latin-1")
