"""Lets the tests of this folder run Lua code, which may use any module, on a node of their own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_body import run  # noqa: F401
from lua_node import lua  # noqa: F401
