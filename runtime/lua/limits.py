"""Limits of the host that Lua code may reach."""

from __future__ import annotations

import sys
from typing import Final

# Lua frames in one thread; Python frames of Lua functions need no C stack, so many may stand on each other.
RECURSION: Final = 110_000


def lift_recursion_limit() -> None:
    """Let Lua recurse as deep as the dialect promises; Python's own limit is per interpreter."""
    if sys.getrecursionlimit() < RECURSION:
        sys.setrecursionlimit(RECURSION)
