"""The one name for "any Lua value" and the shapes that calls use."""

from collections.abc import Callable
from typing import Any, TypeAlias

# A Lua value: None, bool, int, float, str (bytes as latin-1), Table, Userdata or a callable. Never a tuple.
LuaValue: TypeAlias = Any
# What a call gives: a value, or a tuple of none or of two and more.
Results: TypeAlias = Any
LuaFunction: TypeAlias = Callable[..., Results]
