"""Gives the tests of this folder databases of their own on real servers, and nodes with entries for them."""

import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_node import MODULES, lua  # noqa: F401
from places import mysql, place, postgres  # noqa: F401


@pytest.fixture
def database(place):  # noqa: F811
    return place.open()


class SqlNode:
    """A node with the database `app:db`, on which Lua code runs that has `sql` and `db`."""

    def __init__(self, lua, place):  # noqa: F811
        self.lua = lua
        self.place = place
        self.node = lua.node
        lua.add("db", f"db.sql.{place.engine}", **place.fields, pool={"max_idle": 4}, lifecycle={"auto_start": True})

    def run(self, body, *arguments):
        """Run a body; `?` in statements that are marked as `q"..."` are written for the engine."""
        number = self.lua.node.registry.version
        return self.lua.node.functions.call(self.function(f"part{number}", body), arguments, timeout=20.0)

    def function(self, name, body):
        head = """
            local sql, time, funcs = require("sql"), require("time"), require("funcs")
            local function q(text)
                local number = 0
                if DIALECT ~= "postgres" then return text end
                return (text:gsub("%?", function() number = number + 1 return "$" .. number end))
            end
            local db = assert(sql.get("app:db"))
        """.replace("DIALECT", f'"{self.place.engine}"')
        return self.lua.function(
            name, textwrap.dedent(head) + textwrap.dedent(body), modules=[*MODULES, "sql", "store"]
        )


@pytest.fixture
def sql(lua, place):  # noqa: F811
    return SqlNode(lua, place)
