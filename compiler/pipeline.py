"""The compiler on one page: parse, resolve, emit, assemble; each stage can be the last."""

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

    from compiler.emit.chunk import Emitted
    from compiler.syntax import Function

# The passes recurse over a tree of bounded depth (`compiler.resolve.MAX_LEVELS`), a few Python frames a level.
_RECURSION = 12_000


def compile_chunk(source: str, name: str, *, trusting: bool = True) -> Chunk:
    """Compile Lua source, given as bytes in latin-1; `name` is what positions call it. Raise SourceError.

    A trusting chunk is for environments whose standard globals are the standard ones (`Chunk.trusted` names those).
    """
    with within_limits(source, name):
        tree = parse(source, name)
        namer = resolve(tree, source, name)
        return assemble(emit(tree, namer, trusting=trusting), name)


def parsed(source: str, name: str) -> Function:
    """Stop after parsing: the tree of the chunk's main function."""
    with within_limits(source, name):
        return parse(source, name)


def resolved(source: str, name: str) -> Function:
    """Stop after resolving: the tree with what each name, function and goto means."""
    with within_limits(source, name):
        tree = parse(source, name)
        resolve(tree, source, name)
        return tree


def emitted(source: str, name: str) -> Emitted:
    """Stop after emitting: the chunk as a Python `ast` module."""
    with within_limits(source, name):
        tree = parse(source, name)
        return emit(tree, resolve(tree, source, name))


@contextmanager
def within_limits(source: str, name: str) -> Iterator[None]:
    """Let passes over a tree recurse as deep as it may be nested; what is too deep or too much is a SourceError."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    except RecursionError:
        raise source_error("chunk has too many syntax levels", source, name, 1, 0) from None
    except SyntaxError as error:  # a limit of Python's own compiler that no pass before it has foreseen
        message = f"chunk is too complex ({error.msg}); move parts of it to functions of their own"
        raise source_error(message, source, name, error.lineno or 1, (error.offset or 1) - 1) from None
    finally:
        sys.setrecursionlimit(before)
