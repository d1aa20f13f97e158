"""What the errors of MySQL and MariaDB are to Lua code: by number, otherwise by SQLSTATE."""

from __future__ import annotations

from typing import Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

LOST = frozenset({0, 2006, 2013, 2014, 2027, 2055})
_UNIQUE = (1022, 1062, 1169, 1586)
_CONSTRAINT = (1048, 1216, 1217, 1364, 1451, 1452, 1557, 1761, 1762, 3819, 4025)
_CONTENTION = (1020, 1205, 1213, 1412, 1613, 3058, 3101, 3572)
_RIGHTS = (1044, 1045, 1095, 1142, 1143, 1227, 1290, 1370, 1698, 1792, 1836, 3118)
_AWAY = (1021, 1037, 1040, 1041, 1053, 1114, 1129, 1135, 1203, 1226, 1927, 2002, 2003, 2005, 2026)
_INVALID = (1054, 1064, 1146, 1235, 1292, 1295, 1366, 1406, 1264)
_KINDS: dict[int, tuple[str, bool]] = {
    **dict.fromkeys(_UNIQUE, (Kind.ALREADY_EXISTS, False)),
    **dict.fromkeys(_CONSTRAINT, (Kind.CONFLICT, False)),
    **dict.fromkeys(_CONTENTION, (Kind.CONFLICT, True)),
    **dict.fromkeys(_RIGHTS, (Kind.PERMISSION_DENIED, False)),
    **dict.fromkeys(_AWAY, (Kind.UNAVAILABLE, True)),
    **dict.fromkeys(_INVALID, (Kind.INVALID, False)),
    1317: (Kind.CANCELED, False),
    1969: (Kind.TIMEOUT, False),
    3024: (Kind.TIMEOUT, False),
}
_STATES: dict[str, tuple[str, bool]] = {
    "08": (Kind.UNAVAILABLE, True),
    "21": (Kind.INVALID, False),
    "22": (Kind.INVALID, False),
    "23": (Kind.CONFLICT, False),
    "25": (Kind.INVALID, False),
    "28": (Kind.PERMISSION_DENIED, False),
    "3D": (Kind.INVALID, False),
    "40": (Kind.CONFLICT, True),
    "42": (Kind.INVALID, False),
}


def failure_of(error: Any) -> Failure:
    """Make the failure of an error of PyMySQL's; its number and SQLSTATE go into the details."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    state = getattr(error, "sqlstate", None) or ""
    message = str(error.args[1]) if len(error.args) > 1 else str(error)
    kind, retryable = _KINDS.get(number) or _STATES.get(state[:2]) or (Kind.INTERNAL, False)
    return Failure(kind, message, retryable=retryable, details={"code": number, "sqlstate": state})
