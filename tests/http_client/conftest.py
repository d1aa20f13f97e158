"""Lets the tests of this folder run Lua code on a node of their own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_node import lua  # noqa: F401
