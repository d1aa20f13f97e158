"""The reference interpreter as oracle: run one source text under `lua5.3` and under our runtime, in the same words.

The prelude gives both sides `try(name, f, ...)`, which prints the results or the error of a call. What the dialect
changes on purpose does not show: numbers are printed with subtype and all digits, errors without position and names.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from runtime.code.standalone import run
from runtime.lua.limits import lift_recursion_limit

# Before Hypothesis looks, which warns when a test changes the limit.
lift_recursion_limit()

PRELUDE = r"""
local function show(v)
  local subtype = math.type(v)
  if v ~= v then return "nan" end
  if subtype == "float" then return string.format("float:%.17g", v) end
  if subtype == "integer" then return string.format("integer:%d", v) end
  if type(v) == "string" then
    return '"' .. string.gsub(v, "[^%w ]", function(c) return string.format("\\%03d", string.byte(c)) end) .. '"'
  end
  if type(v) == "boolean" or v == nil then return tostring(v) end
  return type(v)
end
local function plain(message)
  if type(message) ~= "string" then return show(message) end
  -- `coroutine.wrap` of 5.3 puts a position in front of each message that passes through it.
  local positions
  repeat message, positions = string.gsub(message, "^[%w()]+:%d+: ", "") until positions == 0
  message = string.gsub(message, " %(%a+ '[^']*'%)", "")
  return (string.gsub(message, "got no value", "got nil"))
end
local function shown(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = show((select(i, ...))) end
  return table.concat(parts, " ")
end
local function report(name, ok, ...)
  if ok then print(name, "ok", shown(...)) else print(name, "error", plain((...))) end
end
local function try(name, f, ...) report(name, pcall(f, ...)) end
"""


# On a machine that decides whether a change lands nothing may be skipped.
SERVICES_REQUIRED = os.environ.get("WIPPY_REQUIRE_SERVICES") == "1"
THOROUGH = SERVICES_REQUIRED or bool(os.environ.get("CI"))


def require_lua53() -> str:
    """Give the path of the interpreter; skip where it is missing, fail where services are required."""
    path = shutil.which("lua5.3")
    if path is None:
        reason = "the reference interpreter lua5.3 is not installed"
        if SERVICES_REQUIRED:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason, allow_module_level=True)
    return path


def reference(body: str) -> list[str]:
    """Give the lines that lua5.3 prints for a body behind the prelude."""
    source = (PRELUDE + body).encode("latin-1")
    # The name of the chunk is the same on both sides, for it stands in the text of errors that programs pass around.
    loader = "assert(load(io.read('a'), '=program'))()"
    command = ["lua5.3", "-e", loader]
    done = subprocess.run(command, input=source, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"the generated program is wrong: {done.stderr.decode('latin-1')}\n{body}"
    return done.stdout.decode("latin-1").splitlines()


def ours(body: str) -> list[str]:
    """Give the lines that our runtime prints for a body behind the prelude."""
    printed: list[str] = []
    run(PRELUDE + body, "program", [], printed.append)
    return "".join(printed).splitlines()


def compare(body: str, tolerated: str | None = None) -> None:
    """Assert that both print the same, and name the first line that differs; ours may where it shows `tolerated`."""
    wanted, got = reference(body), ours(body)
    for number, (left, right) in enumerate(zip(wanted, got, strict=False)):
        if tolerated is not None and re.search(tolerated, right):
            continue
        assert right == left, f"line {number + 1}: lua5.3 prints {left!r}, we print {right!r}\n{body}"
    assert len(got) == len(wanted), f"lua5.3 prints {len(wanted)} lines, we print {len(got)}\n{body}"


def compare_expressions(expressions: list[str], tolerated: str | None = None) -> None:
    """Assert that each Lua expression gives the same results or the same error on both sides."""
    compare("\n".join(f"try({n}, function() return {text} end)" for n, text in enumerate(expressions)), tolerated)
