"""sql.builder: the text and the parameters of statements, and running them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_node import lua  # noqa: F401

from runtime.binding import to_python

BUILD = 'local b = require("sql").builder local sql = require("sql") '


@pytest.fixture
def built(lua):  # noqa: F811
    """Give a function that builds in Lua and gives text and parameters, NULL as "NULL"."""

    def built(expression):
        name = f"build{lua.node.registry.version}"
        body = f"""
            {BUILD}
            local text, args = ({expression}):to_sql()
            if not text then return {{args:kind()}} end
            local shown = {{text}}
            for i = 1, #args do shown[i + 1] = type(args[i]) == "userdata" and tostring(args[i]) or args[i] end
            return shown
        """
        return to_python(lua.node.functions.call(lua.function(name, body, modules=["sql"]), (), timeout=20.0))

    return built


SELECT = 'b.select("a", "b"):from("t")'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (SELECT, ["SELECT a, b FROM t"]),
        ('b.select():columns("a"):from("t"):distinct()', ["SELECT DISTINCT a FROM t"]),
        (
            f'{SELECT}:where({{z = 1, a = "x"}}):where("c > ? OR d = ?", 2, true)',
            ["SELECT a, b FROM t WHERE a = ? AND z = ? AND c > ? OR d = ?", "x", 1, 2, True],
        ),
        (
            f"{SELECT}:where({{a = {{1, 2}}, b = sql.NULL}})",
            ["SELECT a, b FROM t WHERE a IN (?,?) AND b IS NULL", 1, 2],
        ),
        (f"{SELECT}:where({{a = {{}}}})", ["SELECT a, b FROM t WHERE (1=0)"]),
        (
            (
                f'{SELECT}:left_join("u ON u.id = ?", 7):group_by("a"):having(b.gt({{n = 1}})):order_by("a", "b DESC")'
                ':limit(10):offset(20):suffix("FOR UPDATE")'
            ),
            [
                (
                    "SELECT a, b FROM t LEFT JOIN u ON u.id = ? GROUP BY a HAVING n > ? ORDER BY a, b DESC"
                    " LIMIT 10 OFFSET 20 FOR UPDATE"
                ),
                7,
                1,
            ],
        ),
        (
            f"{SELECT}:where({{a = 1, b = 2}}):placeholder_format(b.dollar)",
            ["SELECT a, b FROM t WHERE a = $1 AND b = $2", 1, 2],
        ),
        (
            f'{SELECT}:where("j ?? ? AND k = ?", 1, 2):placeholder_format(b.at)',
            ["SELECT a, b FROM t WHERE j ? @p1 AND k = @p2", 1, 2],
        ),
        (f"{SELECT}:where({{a = 1}}):placeholder_format(b.colon)", ["SELECT a, b FROM t WHERE a = :1", 1]),
        (
            f'{SELECT}:where("a IN ? AND c = ?", b.select("id"):from("u"):where({{x = 1}}), 2)',
            ["SELECT a, b FROM t WHERE a IN (SELECT id FROM u WHERE x = ?) AND c = ?", 1, 2],
        ),
        ("b.select()", ["Invalid"]),
        (
            'b.insert("t"):columns("a", "b"):values(1, sql.NULL):values("x", b.expr("now(?)", 3))',
            ["INSERT INTO t (a,b) VALUES (?,?),(?,now(?))", 1, "NULL", "x", 3],
        ),
        (
            'b.insert():into("t"):set_map({b = 2, a = 1}):suffix("RETURNING id")',
            ["INSERT INTO t (a,b) VALUES (?,?) RETURNING id", 1, 2],
        ),
        (
            f'b.insert("t"):options("OR IGNORE"):columns("a"):select({SELECT}:where({{a = 5}}))',
            ["INSERT OR IGNORE INTO t (a) SELECT a, b FROM t WHERE a = ?", 5],
        ),
        ('b.insert("t")', ["Invalid"]),
        ("b.insert():values(1)", ["Invalid"]),
        (
            'b.update("t"):set("a", b.expr("a + ?", 1)):set_map({c = 3, b = 2}):where({id = 9}):limit(1)',
            ["UPDATE t SET a = a + ?, b = ?, c = ? WHERE id = ? LIMIT 1", 1, 2, 3, 9],
        ),
        (
            f'b.update():table("t"):set("a", 1):from_select({SELECT}, "s")',
            ["UPDATE t SET a = ? FROM (SELECT a, b FROM t) AS s", 1],
        ),
        ('b.update("t")', ["Invalid"]),
        (
            'b.delete("t"):where(b.not_eq({a = {1}})):order_by("a"):limit(2)',
            ["DELETE FROM t WHERE a NOT IN (?) ORDER BY a LIMIT 2", 1],
        ),
        ("b.delete()", ["Invalid"]),
        (
            'b.and_({b.lt({a = 1}), b.or_({{b = 2}, b.like({c = "x%"})})})',
            ["(a < ? AND (b = ? OR c LIKE ?))", 1, 2, "x%"],
        ),
        ("b.or_({})", ["(1=0)"]),
        ('b.expr("a BETWEEN ? AND ?", 1, sql.as.int(2.0))', ["a BETWEEN ? AND ?", 1, 2]),
    ],
)
def test_text(built, expression, expected):
    assert built(expression) == expected


def test_builders_never_change(built):
    assert built(f"(function() local q = {SELECT} q:where({{a = 1}}) return q end)()") == ["SELECT a, b FROM t"]


def test_running(lua):  # noqa: F811
    lua.add("db", "db.sql.sqlite", file=":memory:")
    body = f"""
        {BUILD}
        local db = sql.get("app:db")
        db:execute("CREATE TABLE t (id INTEGER, name TEXT)")
        local done = b.insert("t"):columns("id", "name"):values(1, "one"):values(2, sql.NULL):run_with(db):exec()
        local tx = db:begin()
        local inside = b.delete("t"):where({{name = sql.NULL}}):run_with(tx):exec()
        tx:commit()
        local rows = b.select("name"):from("t"):where(b.gte({{id = 1}})):run_with(db):query()
        local _, ended = b.select("1"):run_with(tx)
        local _, wrong = b.select("1"):run_with(sql.NULL)
        local _, like = b.lt({{a = sql.NULL}})
        return {{
            done.rows_affected, inside.rows_affected, #rows, rows[1].name, ended:kind(), wrong:kind(), like:kind(),
        }}
    """
    found = lua.node.functions.call(lua.function("run", body, modules=["sql"]), (), timeout=20.0)
    assert to_python(found) == [2, 1, 1, "one", "Invalid", "Invalid", "Invalid"]
