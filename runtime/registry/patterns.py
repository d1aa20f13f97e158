"""Patterns for dotted names: `*` is one segment, `**` any number of them, `(a|b)` one of several words for a segment.

Different from the globs of `find`, in which a star stands for any text.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Make an expression for a name with a dot behind each segment, so that segments can be left out as a whole."""
    return re.compile("".join(_segment(segment) for segment in pattern.split(".")))


def _segment(segment: str) -> str:
    if segment == "**":
        return r"(?:[^.]*\.)*"
    if segment == "*":
        return r"[^.]*\."
    words = segment[1:-1].split("|") if segment.startswith("(") and segment.endswith(")") else [segment]
    return rf"(?:{'|'.join(map(re.escape, words))})\."


def fits(pattern: str, name: str) -> bool:
    """Tell whether a name fits a pattern as a whole."""
    return _compiled(pattern).fullmatch(name + ".") is not None
