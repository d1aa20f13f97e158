"""Which pages may open a stream or a WebSocket: browsers send the origin, and do not check it for these."""

from __future__ import annotations

import urllib.parse
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def allows(origin: str, host: str, patterns: Sequence[str]) -> bool:
    """Tell whether an origin may; "" (no browser) and the host's own always may.

    A pattern with a scheme is compared with the whole origin, any other with its host and port; `*` is anything.
    """
    try:
        parts = urllib.parse.urlsplit(origin.strip().lower())
    except ValueError:  # such as "http://[", which no browser sends
        return False
    if not origin or parts.netloc == host.lower():
        return True
    whole = f"{parts.scheme}://{parts.netloc}"
    return any(fnmatchcase(whole if "://" in each else parts.netloc, each.lower()) for each in patterns)
