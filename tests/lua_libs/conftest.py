"""Calls of library functions in the reference interpreter, many in one run of it."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from runtime.lua.errors import LuaError

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue

# A call: the name in Lua, the function of ours, the arguments.
Case = tuple[str, Callable[..., Any], Sequence[Any]]

PRELUDE = r"""
local function show(v)
  if math.type(v) == "integer" then return "integer " .. v end
  if type(v) == "number" then return v ~= v and "nan" or string.format("float %a", v) end
  if type(v) == "string" then
    return "string " .. v:gsub(".", function(c) return string.format("%02x", c:byte()) end)
  end
  return tostring(v)
end
function case(f, ...)
  local r = table.pack(pcall(f, ...))
  if r[1] then
    for i = 2, r.n do r[i] = show(r[i]) end
    print(table.concat(r, "|", 2, r.n))
  else
    print("error " .. tostring(r[2]):gsub("^stdin:%d+: ", ""):gsub("'%a+%.(%a+)'", "'%1'"))
  end
end
"""


def literal(value: LuaValue) -> str:
    """Write a value in Lua."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\{ord(char):03d}" for char in value) + '"'
    if isinstance(value, float):
        return {math.inf: "(1/0)", -math.inf: "(-1/0)"}.get(value, value.hex() if value == value else "(0/0)")
    return "math.mininteger" if value == -(2**63) else str(value)


def show(value: LuaValue) -> str:
    """Write a result as the program in Lua does."""
    if isinstance(value, bool) or value is None:
        return {None: "nil", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return "string " + value.encode("latin-1").hex()
    if isinstance(value, float):
        if value != value:
            return "nan"
        return f"float {value if math.isinf(value) else c_hex(value)}"
    return f"integer {value}"


def c_hex(value: float) -> str:
    """Write a float as C's %a does."""
    mantissa, exponent = value.hex().split("p")
    whole, _, digits = mantissa.partition(".")
    digits = digits.rstrip("0")
    return f"{whole}{'.' if digits else ''}{digits}p{exponent}"


def ours(function: LuaFunction, args: Sequence[LuaValue]) -> str:
    """Call a function of ours; give its results or error in the form of the program in Lua."""
    try:
        results = function(*args)
    except LuaError as error:
        return f"error {error.value}"
    if not isinstance(results, tuple):
        results = (results,)
    return "|".join(map(show, results))


class Lua53:
    """The reference interpreter beside our functions."""

    ours = staticmethod(ours)

    def __init__(self, path: str) -> None:
        self.path = path

    def compare(self, cases: Sequence[Case]) -> None:
        """Assert that each call gives the same results or the same error in both."""
        lines = [f"case({', '.join([name, *map(literal, args)])})" for name, _, args in cases]
        source = PRELUDE + "\n".join(lines)
        done = subprocess.run([self.path, "-"], input=source, capture_output=True, text=True, timeout=60, check=True)
        wanted = done.stdout.split("\n")[: len(lines)]
        for line, expected, (_, function, args) in zip(lines, wanted, cases, strict=True):
            got = ours(function, args)
            assert got == expected, f"{line}: lua5.3 gives {expected}, we give {got}"


@pytest.fixture(scope="session")
def lua53() -> Lua53:
    """Give the interpreter; skip where it is missing, fail where services are required."""
    path = shutil.which("lua5.3")
    if path is None:
        reason = "the reference interpreter lua5.3 is not installed"
        if os.environ.get("WIPPY_REQUIRE_SERVICES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return Lua53(path)
