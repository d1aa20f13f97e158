"""The grammars of typed Lua and of the expressions in Jet templates, as package data."""

from pathlib import Path

LUA = Path(__file__).with_name("lua.lark")
JET = Path(__file__).with_name("jet.lark")
