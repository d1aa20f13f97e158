"""The `sql` module as Lua calls it, on SQLite."""

import gevent
import pytest

import stdlib.sql
from runtime.binding import Kind, Table, to_lua
from runtime.lua.userdata import Userdata

lua = stdlib.sql.module.table()
NULL = lua.get("NULL")


def error_of(results):
    """Give (kind, message, retryable, details) of a failed call."""
    nothing, error = results
    assert nothing is None
    return error.kind, error.message, error.retryable, error.details


def plain(rows):
    return [dict(row.items()) for row in rows.array]


@pytest.fixture
def users(db):
    db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER CHECK (age > 0), data BLOB)")
    return db


def test_constants():
    assert lua.get("type").get("SQLITE") == "sqlite"
    assert lua.get("isolation").get("SERIALIZABLE") == "serializable"
    assert NULL.lua_tostring() == "NULL"
    assert lua.frozen
    assert lua.get("as").frozen


def test_get_needs_a_database(call):
    get = lua.get("get")
    assert error_of(get(""))[0] == Kind.INVALID
    assert error_of(get(None))[0] == Kind.INVALID
    assert error_of(get("nonexistent:db"))[0] == Kind.NOT_FOUND
    assert error_of(get("app:store"))[:2] == (Kind.INVALID, "resource app:store is not a database")


def test_execute_and_query(users):
    first = users.execute("INSERT INTO users (email, age) VALUES (?, ?)", ["a@x", 3])
    assert dict(first.items()) == {"last_insert_id": 1, "rows_affected": 1}
    users.execute("INSERT INTO users (email, age) VALUES (?, ?)", ["b@x", NULL])
    changed = users.execute("UPDATE users SET age = 7 WHERE email LIKE ?", ["%@x"])
    assert changed.get("rows_affected") == 2
    assert plain(users.query("SELECT email, data, age FROM users ORDER BY id")) == [
        {"email": "a@x", "age": 7},
        {"email": "b@x", "age": 7},
    ]
    assert plain(users.query("SELECT * FROM users WHERE id = ?", [99])) == []
    assert plain(users.query("INSERT INTO users (email) VALUES ('c@x') RETURNING id")) == [{"id": 3}]


def test_values_keep_their_types(db):
    row = plain(db.query("SELECT ? AS i, ? AS f, ? AS b, ? AS s", [2**62, 1.5, True, "x"]))[0]
    assert row == {"i": 2**62, "f": 1.5, "b": 1, "s": "x"}
    assert type(row["f"]) is float
    db.execute("CREATE TABLE t (flag BOOLEAN, at DATETIME, other DATE)")
    db.execute("INSERT INTO t VALUES (1, '2024-12-29 15:04:05', '2024-12-29')")
    db.execute("INSERT INTO t VALUES (0, '2024-12-29T15:04:05.25+02:00', 7)")
    db.execute("INSERT INTO t VALUES ('maybe', 1735484645, NULL)")
    assert plain(db.query("SELECT * FROM t")) == [
        {"flag": True, "at": "2024-12-29T15:04:05Z", "other": "2024-12-29"},
        {"flag": False, "at": "2024-12-29T15:04:05.25+02:00", "other": 7},
        {"flag": "maybe", "at": 1735484645},
    ]


def test_strings_are_bytes_on_both_sides(db):
    utf8 = "Grüße €".encode().decode("latin-1")
    binary = "\x00\xff\xfe"
    db.execute("CREATE TABLE strings (s)")
    insert = db.target.lua_index("execute")
    for value in (utf8, binary):
        insert(db.target, "INSERT INTO strings VALUES (?)", Table.from_list([value]))
    rows = db.query("SELECT s, typeof(s) AS t, length(s) AS n FROM strings")
    assert plain(rows) == [{"s": utf8, "t": "text", "n": 7}, {"s": binary, "t": "blob", "n": 3}]
    named = db.target.lua_index("query")(db.target, f"SELECT '{utf8}' AS \"{utf8}\"")
    assert plain(named) == [{utf8: utf8}]


def test_typed_values(db):
    make = lua.get("as")
    values = [
        make.get("int")(42.9),
        make.get("float")(2),
        make.get("text")(7),
        make.get("binary")("b"),
        make.get("null")(),
    ]
    row = plain(db.query("SELECT typeof(?) a, typeof(?) b, typeof(?) c, typeof(?) d, typeof(?) e", values))[0]
    assert list(row.values()) == ["integer", "real", "text", "blob", "null"]
    assert make.get("int")("12").parameter == 12
    assert make.get("int")(None) is NULL
    assert error_of(make.get("int")(Table()))[0] == Kind.INVALID
    assert error_of(make.get("int")(1e300))[0] == Kind.INVALID


def test_parameters(db):
    holes = Table()
    holes.set(1, "a")
    holes.set(3, "c")
    row = plain(db.query("SELECT ? AS a, ? IS NULL AS b, ? AS c", holes))[0]
    assert row == {"a": "a", "b": 1, "c": "c"}
    assert plain(db.query("SELECT 1 AS one", {"named": "only"})) == [{"one": 1}]
    assert plain(db.query("SELECT ? AS a", "x")) == plain(db.query("SELECT ? AS a", ["x"]))
    assert plain(db.query("SELECT ? AS a, ? IS NULL AS b, ? AS c", 1, None, 3))[0] == {"a": 1, "b": 1, "c": 3}
    assert plain(db.query("SELECT 1 AS one", None)) == [{"one": 1}]
    kind, message, _, _ = error_of(db.query("SELECT ?", [[1]]))
    assert kind == Kind.INVALID
    assert "parameter 1" in message
    assert "sql.NULL" in error_of(db.query("SELECT ?, ?", ["one"]))[1]
    assert error_of(db.query("SELECT ?", [Userdata()]))[0] == Kind.INVALID


@pytest.mark.parametrize(
    ("sql", "kind", "code"),
    [
        ("INSERT INTO users (id, email) VALUES (9, 'taken')", Kind.ALREADY_EXISTS, "SQLITE_CONSTRAINT_UNIQUE"),
        ("INSERT INTO users (id) VALUES (1)", Kind.ALREADY_EXISTS, "SQLITE_CONSTRAINT_PRIMARYKEY"),
        ("INSERT INTO users (age) VALUES (-1)", Kind.CONFLICT, "SQLITE_CONSTRAINT_CHECK"),
        ("SELEC 1", Kind.INVALID, "SQLITE_ERROR"),
        ("SELECT * FROM missing", Kind.INVALID, "SQLITE_ERROR"),
    ],
)
def test_errors_have_kinds_and_codes(users, sql, kind, code):
    users.execute("INSERT INTO users (id, email) VALUES (1, 'taken')")
    got, message, retryable, details = error_of(users.execute(sql))
    assert (got, retryable, details.get("code")) == (kind, False, code)
    assert message
    assert error_of(users.query("  "))[:2] == (Kind.INVALID, "the SQL statement is empty")
    assert error_of(users.query("SELECT 1\x00"))[0] == Kind.INVALID


def test_several_statements_at_once(db):
    db.execute("CREATE TABLE a (x); INSERT INTO a VALUES ('1;2'); -- done;\nCREATE TABLE b (y);")
    assert plain(db.query("SELECT x FROM a; SELECT COUNT(*) AS n FROM b")) == [{"n": 0}]
    assert "one by one" in error_of(db.execute("SELECT ?; SELECT ?", [1, 2]))[1]
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (1); INSERT INTO b VALUES (2); END; "
    db.execute(trigger + "INSERT INTO a VALUES (5)")
    assert plain(db.query("SELECT COUNT(*) AS n FROM b")) == [{"n": 2}]


def test_prepared_statements(users):
    insert = users.prepare("INSERT INTO users (email) VALUES (?)")
    for name in ("x", "y"):
        assert insert.execute([name]).get("rows_affected") == 1
    assert insert.close() is True
    assert error_of(insert.execute(["z"]))[:3] == (Kind.INVALID, "statement is closed: prepare it again", False)
    assert error_of(insert.close())[0] == Kind.INVALID
    assert [row["email"] for row in plain(users.prepare("SELECT email FROM users ORDER BY 1").query())] == ["x", "y"]
    assert error_of(users.prepare("SELEC"))[0] == Kind.INVALID
    assert error_of(users.prepare("SELECT missing FROM users"))[0] == Kind.INVALID


def test_transactions(users):
    transaction = users.begin({"isolation": "serializable"})
    assert transaction.db_type() == "sqlite"
    transaction.execute("INSERT INTO users (email) VALUES ('kept')")
    assert transaction.commit() is True
    for again in (transaction.commit, transaction.rollback, transaction.db_type):
        assert error_of(again())[0] == Kind.INVALID
    assert error_of(transaction.query("SELECT 1"))[:3] == (
        Kind.INVALID,
        "transaction is not active: it was committed or rolled back",
        False,
    )
    undone = users.begin()
    undone.execute("INSERT INTO users (email) VALUES ('undone')")
    assert len(plain(undone.query("SELECT * FROM users"))) == 2
    statement = undone.prepare("SELECT email FROM users")
    assert undone.rollback() is True
    assert error_of(statement.query())[0] == Kind.INVALID
    assert plain(users.query("SELECT email FROM users")) == [{"email": "kept"}]


def test_savepoints(users):
    transaction = users.begin()
    transaction.execute("INSERT INTO users (email) VALUES ('base')")
    assert transaction.savepoint("1st") is True
    transaction.execute("INSERT INTO users (email) VALUES ('gone')")
    assert transaction.rollback_to("1st") is True
    assert transaction.release("1st") is True
    for name in ("with space", "", 'a"; DROP TABLE users; --'):
        kind, message, _, _ = error_of(transaction.savepoint(name))
        assert kind == Kind.INVALID
        assert "letters, digits and underscores" in message
    assert error_of(transaction.release("never"))[0] == Kind.INVALID
    transaction.commit()
    assert plain(users.query("SELECT email FROM users")) == [{"email": "base"}]


def test_options_of_transactions(users):
    reading = users.begin({"read_only": True})
    assert plain(reading.query("SELECT COUNT(*) AS n FROM users")) == [{"n": 0}]
    assert error_of(reading.execute("DELETE FROM users"))[0] == Kind.PERMISSION_DENIED
    reading.rollback()
    assert users.execute("INSERT INTO users (email) VALUES ('x')").get("rows_affected") == 1
    kind, message, _, _ = error_of(users.begin({"isolation": "chaos"}))
    assert kind == Kind.INVALID
    assert "chaos" in message
    assert "serializable" in message


def test_a_failed_statement_leaves_the_transaction_open(users):
    transaction = users.begin()
    transaction.execute("INSERT INTO users (id) VALUES (1)")
    assert error_of(transaction.execute("INSERT INTO users (id) VALUES (1)"))[0] == Kind.ALREADY_EXISTS
    transaction.execute("INSERT INTO users (id) VALUES (2)")
    transaction.commit()
    assert len(plain(users.query("SELECT * FROM users"))) == 2


def test_statements_do_not_end_or_begin_transactions_by_themselves(users):
    assert "db:begin()" in error_of(users.execute("BEGIN"))[1]
    transaction = users.begin()
    transaction.execute("INSERT INTO users (id) VALUES (1)")
    transaction.execute("ROLLBACK")
    assert error_of(transaction.execute("INSERT INTO users (id) VALUES (2)"))[::2] == (Kind.CONFLICT, True)
    assert error_of(transaction.commit())[0] == Kind.CONFLICT
    assert plain(users.query("SELECT * FROM users")) == []


def test_an_open_transaction_is_rolled_back_at_the_end_of_the_call(users, call):
    users.begin().execute("INSERT INTO users (id) VALUES (1)")
    assert len(call.callbacks) == 1
    call.end()
    assert plain(users.query("SELECT * FROM users")) == []
    finished = users.begin()
    finished.commit()
    assert call.callbacks == []


def test_a_call_does_not_wait_for_its_own_transaction(users):
    transaction = users.begin()
    kind, message, _, _ = error_of(users.query("SELECT 1"))
    assert kind == Kind.INVALID
    assert "through the transaction" in message
    transaction.rollback()
    assert plain(users.query("SELECT 1 AS one")) == [{"one": 1}]


def test_others_wait_for_a_transaction_in_order(users):
    transaction = users.begin()
    order = []

    def other(name):
        users.execute("INSERT INTO users (email) VALUES (?)", [name])
        order.append(name)

    waiting = [gevent.spawn(other, name) for name in "abc"]
    gevent.sleep(0.02)
    stats = users.stats()
    assert (stats.get("in_use"), stats.get("idle"), stats.get("open_connections")) == (1, 0, 1)
    assert order == []
    transaction.commit()
    gevent.joinall(waiting)
    assert order == ["a", "b", "c"]
    stats = users.stats()
    assert stats.get("wait_count") == 3
    assert stats.get("wait_duration").endswith("s")
    assert stats.get("max_open_connections") == 1
    assert stats.frozen


def test_release(users):
    assert users.type() == "sqlite"
    assert users.release() is True
    assert users.release() is True
    for use in (users.type, users.stats, users.begin, lambda: users.query("SELECT 1")):
        assert error_of(use())[:2] == (Kind.INVALID, "database handle is released: get it again with sql.get()")


def test_self_is_checked(db):
    with pytest.raises(Exception, match=r"sql.DB expected, got string; call it with ':'"):
        db.target.lua_index("query")("SELECT 1")


def test_to_lua_of_null_is_itself():
    assert to_lua([NULL]).get(1) is NULL
