"""What compiled modules do with greenlets in C, and its plain form for those that run interpreted.

`greenlets.pxd` has the C: compiled modules include it, and this file is never compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenlet import getcurrent as current

if TYPE_CHECKING:
    from greenlet import greenlet

__all__ = ["attribute", "current", "keep_stacks", "switch"]


def switch(target: greenlet) -> None:
    """Run another greenlet until something switches back."""
    target.switch()


def attribute(owner: greenlet, name: str) -> Any:
    """Give what was set on a greenlet, None if nothing was."""
    return owner.__dict__.get(name)


def keep_stacks() -> None:
    """Keep the memory of Python's frames of greenlets that ended, for new ones; nothing where it is not in C."""
