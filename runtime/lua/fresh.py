"""Make an empty table; `fresh.pxd` has the same in C for compiled modules, and this file is never compiled."""

from __future__ import annotations

from runtime.lua.table import Table


def table() -> Table:
    """Make an empty table."""
    return Table()
