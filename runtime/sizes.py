"""Amounts of memory as people write them."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(\d+)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_POWERS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def parse_size(text: str) -> int:
    """Give the bytes of `512M`, `2G`, `1GiB` or a plain number, in powers of 1024; raise ValueError for other text."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no size; write bytes, or a number with a unit such as 512M or 2G")
    return int(found[1]) << _POWERS[found[2].upper()]
