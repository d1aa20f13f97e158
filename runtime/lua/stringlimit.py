"""The size that no string which a library makes may exceed."""

from __future__ import annotations

from typing import Final

from runtime.lua.errors import LuaError, fault

# Bytes. A longer result is an error, so that no program takes the host's memory at one stroke.
MAX_STRING: Final = 0x10000000


def too_large() -> LuaError:
    """Make the error of a result beyond the limit."""
    return fault("resulting string too large")
