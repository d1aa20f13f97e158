"""Where the source of each chunk is, for Python's own tools: tracebacks, pdb, coverage.

The code objects of a chunk carry its name as their file name: an entry id, or the name of a program. Neither need be
a path, so tools that want the text of a line, or the file, are told here.
"""

from __future__ import annotations

import linecache
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_files: dict[str, Path] = {}


def remember(name: str, source: Callable[[], str], file: Path | None = None) -> None:
    """Let tools find the text of a chunk, asked for when one first shows a line, and the file that it is in."""
    for key in _keys(name):
        linecache.cache[key] = (source,)
    if file is None:
        _files.pop(name, None)
    else:
        _files[name] = file


def forget(name: str) -> None:
    """Drop what is known of a chunk."""
    for key in _keys(name):
        linecache.cache.pop(key, None)
    _files.pop(name, None)


def file_of(name: str) -> Path | None:
    """Give the file that a chunk is in; None for code on a command line or in YAML."""
    return _files.get(name)


def _keys(name: str) -> tuple[str, ...]:
    """Give the names by which tools ask: bdb and coverage take a file name for a path in the current directory."""
    try:
        return name, os.path.abspath(name)  # noqa: PTH100  (what bdb does)
    except OSError:  # there is no current directory any more
        return (name,)
