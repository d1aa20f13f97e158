"""Emit Python `ast` from a resolved tree; what a construct becomes, resolve has decided."""

from compiler.emit.chunk import emit

__all__ = ["emit"]
