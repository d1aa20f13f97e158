"""Lua text to syntax tree: the Lark parser, its cache, and its errors in words."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

import grammar
from compiler.builder import BuildError, TreeBuilder
from compiler.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection

    from compiler.syntax import Function


def parse(source: str, name: str) -> Function:
    """Parse a chunk, given as bytes in latin-1, to the function of its main chunk; raise SourceError."""
    text = _without_shebang(source)
    try:
        return _parser().parse(text)  # type: ignore[return-value]
    except UnexpectedInput as error:
        raise _syntax_error(error, text, name) from None
    except BuildError as error:
        raise source_error(error.message, text, name, error.line, error.column) from None
    except VisitError as error:
        if isinstance(error.orig_exc, BuildError):
            inner = error.orig_exc
            raise source_error(inner.message, text, name, inner.line, inner.column) from None
        raise


def source_error(message: str, source: str, name: str, line: int, column: int) -> SourceError:
    """Make a SourceError with the text of the line it is about."""
    lines = source.split("\n")
    shown = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    return SourceError(message, name, line, column, shown)


def _without_shebang(source: str) -> str:
    """Blank out a first line that starts with #, as the reference interpreter does; the lines keep their numbers."""
    return (
        "\n" + source.partition("\n")[2]
        if source.startswith("#") and "\n" in source
        else ""
        if source.startswith("#")
        else source
    )


_LONG_BRACKET = re.compile(r"\[=*\[")
_SHOWN = 40  # characters of a token in a message
_CLOSERS = {
    "END": "'end'",
    "UNTIL": "'until'",
    "RPAR": "')'",
    "RSQUARE": "']'",
    "RBRACE": "'}'",
    "NAME": "<name>",
    "ASSIGN": "'='",
}


def _syntax_error(error: UnexpectedInput, source: str, name: str) -> SourceError:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token = str(error.token)
        if len(token) == 1:  # perhaps the lexer took the opening of what never ends for operators
            start = error.token.start_pos or 0
            back = 2 if start > 1 and source.startswith("--", start - 2) else 0
            unfinished = _unfinished(source[start - back :])
            if unfinished is not None:
                return source_error(unfinished, source, name, error.line, error.column - 1 - back)
        shown = token if len(token) <= _SHOWN else token[:_SHOWN] + "..."
        message = f"{_expected(error.accepts or error.expected)} near '{shown}'"
        return source_error(message, source, name, error.line, error.column - 1)
    if isinstance(error, UnexpectedCharacters):
        return source_error(_bad_character(error, source), source, name, error.line, error.column - 1)
    accepts = error.accepts or error.expected if isinstance(error, UnexpectedToken) else set()
    last = source.rstrip()
    line = last.count("\n") + 1
    return source_error(f"{_expected(accepts)} near <eof>", source, name, line, len(last) - last.rfind("\n") - 1)


def _expected(accepts: Collection[Any]) -> str:
    """Name what was expected where it is one thing that people would miss, as Lua does."""
    closers = [text for terminal, text in _CLOSERS.items() if terminal in accepts]
    if len(accepts) == 1 and closers:
        return f"{closers[0]} expected"
    if "END" in accepts and {"END", "ELSE", "ELSEIF"}.issuperset(accepts):
        return "'end' expected"
    if "END" in accepts and "$END" not in accepts and "NAME" in accepts and "LOCAL" in accepts:
        return "'end' expected"
    return "unexpected symbol"


def _bad_character(error: UnexpectedCharacters, source: str) -> str:
    rest = source[error.pos_in_stream :]
    return _unfinished(rest) or f"unexpected symbol near '{rest[:1]}'"


def _unfinished(rest: str) -> str | None:
    """Name the literal or comment that begins here but never ends."""
    if rest.startswith(('"', "'")):
        return "unfinished string"
    if _LONG_BRACKET.match(rest):
        return "unfinished long string"
    if rest.startswith("--") and _LONG_BRACKET.match(rest, 2):
        return "unfinished long comment"
    return None


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    """Load the built parser from the user's cache, or build it where what it depends on has changed."""
    text = grammar.LUA.read_text(encoding="utf-8")
    identity = f"{text}|{lark.__version__}|{sys.version}"
    path = _cache_directory() / f"lua-{hashlib.sha256(identity.encode()).hexdigest()[:24]}.lark"
    try:
        if path.stat().st_uid == os.getuid():
            with path.open("rb") as file:
                return _load(file)
    except (
        OSError,
        pickle.UnpicklingError,
        EOFError,
        AttributeError,
        KeyError,
        ImportError,
        IndexError,
        TypeError,
        ValueError,
    ):
        pass  # absent, or not what we wrote: build it anew
    built = lark.Lark(text, parser="lalr", lexer="contextual", maybe_placeholders=False)
    _save(built, path)
    return lark.Lark(text, parser="lalr", lexer="contextual", maybe_placeholders=False, transformer=TreeBuilder())


def _load(file: BinaryIO) -> lark.Lark:
    data = pickle.load(file)  # noqa: S301  (our own file, owned by the user, named by the hash of what it depends on)
    instance = lark.Lark.__new__(lark.Lark)
    loaded: lark.Lark = instance._load(data, transformer=TreeBuilder())  # noqa: SLF001  (Lark.load takes no transformer)
    return loaded


def _save(built: lark.Lark, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        with temporary.open("wb") as file:
            built.save(file)
        temporary.replace(path)
    except OSError:
        pass  # a cache that cannot be written costs time, nothing else


def _cache_directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "wippy"
