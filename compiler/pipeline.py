"""The compiler on one page: parse, resolve, emit, assemble."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from compiler.assemble import Chunk, assemble
from compiler.emit import emit
from compiler.parser import parse, source_error
from compiler.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

# The passes recurse over a tree of bounded depth (`compiler.resolve.MAX_LEVELS`), a few Python frames a level.
_RECURSION = 12_000


def compile_chunk(source: str, name: str) -> Chunk:
    """Compile Lua source, given as bytes in latin-1; `name` is what positions call it. Raise SourceError."""
    with _room_for_recursion():
        try:
            tree = parse(source, name)
            namer = resolve(tree, source, name)
            return assemble(emit(tree, namer), name)
        except RecursionError:
            raise source_error("chunk has too many syntax levels", source, name, 1, 0) from None


@contextmanager
def _room_for_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    if before >= _RECURSION:
        yield
        return
    sys.setrecursionlimit(_RECURSION)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
