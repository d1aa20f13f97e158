"""The grammar of typed Lua, as package data."""

from pathlib import Path

LUA = Path(__file__).with_name("lua.lark")
