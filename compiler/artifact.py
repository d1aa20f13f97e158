"""The store of compiled chunks: content-addressed, written atomically, never trusted by name alone."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import grammar
from compiler import abi
from compiler.assemble import Chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"WLUA1\n"
_DIGEST = 32  # bytes of SHA-256


@lru_cache(maxsize=1)
def cache_key() -> str:
    """Give the identity of compiler, grammar, ABI and Python, by which a CI cache is keyed."""
    digest = hashlib.sha256()
    digest.update(f"{abi.VERSION}|{sys.version_info[:3]}|{sys.implementation.cache_tag}|".encode())
    digest.update(importlib.util.MAGIC_NUMBER)
    for path in _compiler_sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]


def _compiler_sources() -> Iterator[Path]:
    yield grammar.LUA
    yield from sorted(Path(__file__).parent.rglob("*.py"))


class ArtifactStore:
    """Compiled chunks in a directory.

    The key of a chunk is the hash of its source, its name and `cache_key`; a file holds the hash of its content in
    front, so that a truncated or foreign one is ignored and built anew. Writing goes through a temporary file, so that
    builds may run side by side.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @staticmethod
    def key(source: str, name: str) -> str:
        """Give the key of a source, which is a string of bytes, under a chunk name."""
        digest = hashlib.sha256(f"{cache_key()}|{name}|".encode())
        digest.update(source.encode("latin-1"))
        return digest.hexdigest()

    def path(self, key: str) -> Path:
        """Give the file of a key."""
        return self.directory / key[:2] / f"{key[2:]}.luac"

    def load(self, key: str) -> Chunk | None:
        """Read a chunk; None when it is absent or not sound."""
        try:
            data = self.path(key).read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST
        body = data[head:]
        if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != data[len(_MAGIC) : head]:
            return None
        try:
            return Chunk.from_bytes(body)
        except (ValueError, EOFError, TypeError):
            return None

    def save(self, key: str, chunk: Chunk) -> None:
        """Write a chunk."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = chunk.to_bytes()
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(body).digest() + body)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
