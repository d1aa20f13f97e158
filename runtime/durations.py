"""Durations as people write them in entries and configuration: `1h30m`, `250ms`."""

from __future__ import annotations

import math
import re

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)([a-zµμ]+)", re.ASCII)


def parse_duration(value: str | float) -> float:
    """Give the seconds that a duration stands for; a bare number counts seconds.

    Raise ValueError that says what is wrong and how to write it.
    """
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ValueError(f"{value!r} is not a duration; write one such as 30s, 1h30m or 250ms")
        return float(value)
    text = value.strip()
    sign = -1.0 if text.startswith("-") else 1.0
    body = text[1:] if text[:1] in ("-", "+") else text
    if body == "0":
        return 0.0
    return sign * _sum_parts(body, value)


def _sum_parts(body: str, value: str) -> float:
    seconds, at = 0.0, 0
    while at < len(body) or not body:
        part = _PART.match(body, at)
        if part is None:
            reason = "a unit is missing" if re.fullmatch(r"\d+\.?\d*|\.\d+", body[at:]) else "not a duration"
            raise ValueError(
                f"'{value}': {reason}; write a number and a unit (h, m, s, ms, us, ns) such as 30s, 1h30m or 250ms"
            )
        if part[2] not in UNITS:
            raise ValueError(f"'{value}': unknown unit '{part[2]}'; the units are h, m, s, ms, us and ns")
        seconds += float(part[1]) * UNITS[part[2]]
        at = part.end()
    return seconds


def format_duration(seconds: float) -> str:
    """Write a duration the short way: 1h30m, 2.5s, 250ms."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds and seconds < 1:
        unit = next(name for name in ("ms", "us", "ns") if seconds >= UNITS[name] or name == "ns")
        return f"{seconds / UNITS[unit]:.4g}{unit}"
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    text = "".join(f"{int(count)}{unit}" for count, unit in ((hours, "h"), (minutes, "m")) if count)
    return text + (f"{rest:.6g}s" if rest or not text else "")
