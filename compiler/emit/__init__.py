"""Emit Python `ast` from a resolved tree. What a construct becomes is decided by resolve; here it is only written down."""

from compiler.emit.chunk import emit

__all__ = ["emit"]
