"""A Temporal server for the tests of this folder, and workflows written in Python in place of Lua ones."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from temporal_server import server  # noqa: F401
from temporal_world import world  # noqa: F401
