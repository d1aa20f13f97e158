"""Lets the tests of this folder run Lua code on a node of their own, on real or on virtual time."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_node import lua  # noqa: F401
from virtual_node import VirtualNode


@pytest.fixture
def virtual(tmp_path):
    made = VirtualNode(tmp_path)
    yield made
    made.close()
