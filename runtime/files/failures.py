"""Failures of the operating system's file operations, in the kinds that Lua knows."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = {
    errno.ENOENT: Kind.NOT_FOUND,
    errno.EEXIST: Kind.ALREADY_EXISTS,
    errno.EACCES: Kind.PERMISSION_DENIED,
    errno.EPERM: Kind.PERMISSION_DENIED,
    errno.EROFS: Kind.PERMISSION_DENIED,
    errno.ENOTDIR: Kind.INVALID,
    errno.EISDIR: Kind.INVALID,
    errno.ENOTEMPTY: Kind.INVALID,
    errno.ENAMETOOLONG: Kind.INVALID,
    errno.EINVAL: Kind.INVALID,
    errno.ELOOP: Kind.INVALID,
    errno.ENXIO: Kind.INVALID,
    errno.EBADF: Kind.INVALID,
    errno.ENOSPC: Kind.UNAVAILABLE,
    errno.EDQUOT: Kind.UNAVAILABLE,
    errno.EMFILE: Kind.UNAVAILABLE,
    errno.ENFILE: Kind.UNAVAILABLE,
}


@contextmanager
def guarded(action: str, path: str) -> Iterator[None]:
    """Turn an OSError into a failure that names the path as Lua gave it, never the host's."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        reason = os.strerror(number).lower() if number else str(error)
        raise Failure(_KINDS.get(number, Kind.INTERNAL), f"cannot {action} {path}: {reason}") from None
