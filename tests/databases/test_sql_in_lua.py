"""The `sql` module on servers, as Lua code uses it."""

import gevent
import pytest
from lua_node import eventually

from runtime.binding import to_python
from runtime.registry.entry import EntryId


@pytest.fixture
def users(sql):
    sql.run("assert(db:execute('CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(100) UNIQUE, age INT)'))")
    return sql


def test_query_and_execute(users):
    result = to_python(
        users.run("""
        local made = assert(db:execute(q"INSERT INTO users VALUES (?, ?, ?), (?, ?, ?)",
            {1, "a@x", 30, 2, "it's; -- \\"quoted\\" \\\\ `x`", sql.NULL}))
        local rows = assert(db:query(q"SELECT id, email, age FROM users WHERE id > ? ORDER BY id", {0}))
        local none = assert(db:query("SELECT id FROM users WHERE id = 99"))
        return {made = made.rows_affected, rows = rows, none = #none, kind = db:type()}
    """)
    )
    assert result == {
        "made": 2,
        "rows": [{"id": 1, "email": "a@x", "age": 30}, {"id": 2, "email": 'it\'s; -- "quoted" \\ `x`'}],
        "none": 0,
        "kind": users.place.engine,
    }


@pytest.mark.parametrize(
    ("statement", "kind", "state"),
    [
        ("SELEC 1", "Invalid", "42"),
        ("SELECT * FROM missing", "Invalid", "42"),
        ("INSERT INTO users (id) VALUES (1), (1)", "AlreadyExists", "23"),
        ("INSERT INTO users (id) VALUES (NULL)", "Conflict", "23"),
        ("BEGIN", "Invalid", None),
        ("", "Invalid", None),
    ],
)
def test_errors_have_kinds_and_states(users, statement, kind, state):
    error = to_python(
        users.run(
            """
            local _, err = db:query(...)
            local details = err:details()
            return {kind = err:kind(), state = details and details.sqlstate, retry = err:retryable()}
        """,
            statement,
        )
    )
    assert error["kind"] == kind
    assert error["retry"] is False
    assert error.get("state", "")[:2] == (state or "")
    assert users.run("return db:query('SELECT 1 AS one')[1].one") == 1


def test_parameters_are_counted(users):
    message = users.run(
        'local _, err = db:query(q"SELECT id FROM users WHERE id = ? AND age = ?", {1}) return tostring(err)'
    )
    assert "2 placeholders and got 1 parameters" in message


def test_prepared_statements(users):
    assert (
        users.run("""
        local insert = assert(db:prepare(q"INSERT INTO users (id, email) VALUES (?, ?)"))
        for id = 1, 5 do assert(insert:execute({id, "user" .. id})) end
        local find = assert(db:prepare(q"SELECT email FROM users WHERE id = ?"))
        local found = assert(find:query({3}))[1].email
        assert(insert:close() and find:close())
        local _, closed = find:query({3})
        local _, wrong = db:prepare("SELEC 1")
        return found .. " " .. closed:kind() .. " " .. wrong:kind()
    """)
        == "user3 Invalid Invalid"
    )


def test_transactions(users):
    result = users.run("""
        local tx = assert(db:begin())
        assert(tx:db_type() == db:type())
        assert(tx:execute("INSERT INTO users (id) VALUES (1)"))
        assert(tx:savepoint("one"))
        assert(tx:execute("INSERT INTO users (id) VALUES (2)"))
        assert(tx:rollback_to("one"))
        assert(tx:execute("INSERT INTO users (id) VALUES (3)"))
        assert(tx:release("one"))
        local inside = #tx:query("SELECT id FROM users")
        local outside = #db:query("SELECT id FROM users")
        assert(tx:commit())
        local _, again = tx:query("SELECT 1")
        local _, name = db:begin():savepoint("a; DROP TABLE users")
        local other = assert(db:begin())
        assert(other:execute("DELETE FROM users"))
        assert(other:rollback())
        local ids = {}
        for _, row in ipairs(db:query("SELECT id FROM users ORDER BY id")) do ids[#ids + 1] = row.id end
        return table.concat(ids, ",") .. " " .. inside .. outside .. " " .. again:kind() .. " " .. name:kind()
    """)
    assert result == "1,3 20 Invalid Invalid"


@pytest.mark.parametrize("level", ["read_uncommitted", "read_committed", "repeatable_read", "serializable", "default"])
def test_isolation_levels(sql, level):
    shown = {"postgres": "SHOW transaction_isolation", "mysql": "SELECT 1 AS transaction_isolation"}[sql.place.engine]
    found = sql.run(f"""
        local tx = assert(db:begin({{isolation = "{level}"}}))
        local rows = assert(tx:query("{shown}"))
        assert(tx:rollback())
        return rows[1].transaction_isolation
    """)
    if sql.place.engine == "postgres":
        assert found == ("read committed" if level == "default" else level.replace("_", " "))


def test_a_level_that_no_engine_has(sql):
    assert sql.run('local _, err = db:begin({isolation = "write_committed"}) return err:kind()') == "Invalid"


def test_repeatable_reads_repeat(users):
    assert (
        users.run("""
        local tx = assert(db:begin({isolation = sql.isolation.REPEATABLE_READ}))
        assert(#tx:query("SELECT id FROM users") == 0)
        assert(db:execute("INSERT INTO users (id) VALUES (1)"))
        local seen = #tx:query("SELECT id FROM users")
        tx:commit()
        return seen .. #db:query("SELECT id FROM users")
    """)
        == "01"
    )


def test_a_read_only_transaction_refuses_to_write(users):
    assert (
        users.run("""
        local tx = assert(db:begin({read_only = true}))
        assert(tx:query("SELECT id FROM users"))
        local _, err = tx:execute("INSERT INTO users (id) VALUES (1)")
        tx:rollback()
        assert(db:execute("INSERT INTO users (id) VALUES (1)"))
        return err:kind() .. " " .. err:details().sqlstate
    """)
        == "PermissionDenied 25006"
    )


def test_a_transaction_that_failed_cannot_commit(users):
    result = users.run("""
        local tx = assert(db:begin())
        assert(tx:execute("INSERT INTO users (id) VALUES (1)"))
        local _, first = tx:execute("INSERT INTO users (id) VALUES (1)")
        local ok, err = tx:commit()
        local left = #db:query("SELECT id FROM users")
        return first:kind() .. " " .. tostring(ok) .. " " .. (err and err:kind() or "") .. " " .. left
    """)
    # PostgreSQL undoes all of it; MySQL only the statement that failed.
    assert result == {"postgres": "AlreadyExists nil Conflict 0", "mysql": "AlreadyExists true  1"}[users.place.engine]


def test_a_commit_by_statement_ends_the_transaction(users):
    assert (
        users.run("""
        local tx = assert(db:begin())
        tx:execute("INSERT INTO users (id) VALUES (1)")
        tx:execute("COMMIT")
        local _, err = tx:execute("INSERT INTO users (id) VALUES (2)")
        local _, commit = tx:commit()
        return err:kind() .. commit:kind() .. #db:query("SELECT id FROM users")
    """)
        == "ConflictConflict1"
    )


def test_an_open_transaction_is_rolled_back_with_the_call(users):
    users.run("""
        local tx = assert(db:begin())
        assert(tx:execute("INSERT INTO users (id) VALUES (1)"))
        -- neither committed nor rolled back
    """)
    database = users.node.resources.get(EntryId("app", "db"))
    eventually(lambda: database.stats().in_use == 0)
    assert users.run("return #db:query('SELECT id FROM users')") == 0


def test_an_ended_process_has_its_statement_ended(users):
    sleeping = {"postgres": "SELECT pg_sleep(100)", "mysql": "SELECT SLEEP(100)"}[users.place.engine]
    running = {
        "postgres": "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%_sleep(100)' AND state = 'active'",
        "mysql": "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE '%SLEEP(100)'",
    }[users.place.engine]
    database = users.node.resources.get(EntryId("app", "db"))
    users.lua.process("sleeper", f'local db = require("sql").get("app:db") db:query("{sleeping}")', modules=["sql"])
    process = users.lua.spawn("sleeper")
    eventually(lambda: database.query(running, ())[0]["n"] == 1)
    process.terminate()
    eventually(lambda: process.finished and database.query(running, ())[0]["n"] == 0)
    eventually(lambda: database.stats().in_use == 0)


def test_queries_overlap(sql):
    sleeping = {"postgres": "SELECT pg_sleep(0.3)", "mysql": "SELECT SLEEP(0.3)"}[sql.place.engine]
    sql.function("nap", f'assert(db:query("{sleeping}"))')
    with gevent.Timeout(64 * 0.3 / 4):
        done = sql.run("""
            local futures, done = {}, 0
            for i = 1, 64 do futures[i] = funcs.async("app:nap") end
            for _, future in ipairs(futures) do
                future:response():receive()
                if not future:error() then done = done + 1 end
            end
            return done
        """)
    assert done == 64


def test_the_builder(users):
    result = to_python(
        users.run("""
        local format = db:type() == sql.type.POSTGRES and sql.builder.dollar or sql.builder.question
        local build = sql.builder
        local function done(statement) return statement:placeholder_format(format):run_with(db) end
        local evil = "x'); DROP TABLE users; --"
        assert(done(build.insert("users"):columns("id", "email", "age")
            :values(1, evil, 10):values(2, "b", sql.NULL):values(3, "c", 30)):exec())
        assert(done(build.update("users"):set("age", sql.as.int(31)):where({id = 3})):exec())
        local gone = assert(done(build.delete("users"):where("email = ?", "b")):exec())
        local rows = assert(done(build.select("id", "email", "age"):from("users")
            :where(build.or_({build.eq({email = evil}), build.gt({age = 30})})):order_by("id DESC"):limit(5)):query())
        return {rows = rows, gone = gone.rows_affected}
    """)
    )
    assert result == {
        "rows": [{"id": 3, "email": "c", "age": 31}, {"id": 1, "email": "x'); DROP TABLE users; --", "age": 10}],
        "gone": 1,
    }


def test_statistics(lua, place):
    fields = {**place.fields, "pool": {"max_open": 2, "max_idle": 1}}
    lua.add("db", f"db.sql.{place.engine}", **fields)
    stats = to_python(
        lua.node.functions.call(
            lua.function(
                "stats",
                """
                local sql = require("sql")
                local db = sql.get("app:db")
                local one, two = db:begin(), db:begin()
                local busy = db:stats()
                local waiting = coroutine.spawn(function() db:query("SELECT 1") end)
                require("time").sleep("20ms")
                one:commit() two:commit()
                require("time").sleep("50ms")
                local after = db:stats()
                return {busy = busy, after = after}
                """,
                modules=["sql", "time"],
            ),
            [],
            timeout=20.0,
        )
    )
    busy, after = stats["busy"], stats["after"]
    assert (busy["max_open_connections"], busy["open_connections"], busy["in_use"], busy["idle"]) == (2, 2, 2, 0)
    assert (after["open_connections"], after["in_use"], after["idle"]) == (1, 0, 1)
    assert (after["wait_count"], after["max_idle_closed"]) == (1, 1)
    assert after["wait_duration"] != "0s"


def test_no_server(lua, place):
    lua.add("gone", f"db.sql.{place.engine}", **{**place.fields, "port": 1})
    result = lua.node.functions.call(
        lua.function(
            "ask",
            """
            local _, err = require("sql").get("app:gone"):query("SELECT 1")
            return err:kind() .. " " .. tostring(err:retryable()) .. " " .. err:message()
            """,
            modules=["sql"],
        ),
        [],
        timeout=20.0,
    )
    assert result.startswith("Unavailable true cannot connect to the database server at 127.0.0.1:1")


def test_a_wrong_password(lua, place):
    lua.add("locked", f"db.sql.{place.engine}", **{**place.fields, "password": "wrong"})
    body = 'local _, err = require("sql").get("app:locked"):query("SELECT 1") return err:kind()'
    assert lua.node.functions.call(lua.function("ask", body, modules=["sql"]), [], timeout=20.0) == "PermissionDenied"


def test_an_update_serves_newcomers_and_lets_others_finish(users):
    users.run('db:execute("INSERT INTO users (id) VALUES (1)")')
    before = users.node.resources.get(EntryId("app", "db"))
    users.lua.update("db", f"db.sql.{users.place.engine}", **users.place.fields, pool={"max_open": 3})
    assert users.run("return #db:query('SELECT id FROM users') .. db:stats().max_open_connections") == "13"
    eventually(lambda: before.stats().open_connections == 0)
    users.lua.delete("db")
    body = 'local _, err = require("sql").get("app:db") return err:kind()'
    ask = users.lua.function("ask", body, modules=["sql"])
    assert users.node.functions.call(ask, [], timeout=20.0) == "NotFound"


def test_a_store(sql):
    column = {"postgres": '"key"', "mysql": "`key`"}[sql.place.engine]
    binary = {"postgres": "BYTEA", "mysql": "BLOB"}[sql.place.engine]
    sql.run(
        f"assert(db:execute('CREATE TABLE kv ({column} VARCHAR(200) PRIMARY KEY, value {binary}, expires_at BIGINT)'))"
    )
    sql.lua.add("kv", "store.sql", database="app:db", table_name="kv")
    assert to_python(
        sql.run("""
        local kv = require("store").get("app:kv")
        assert(kv:set("a/1", {n = 1, text = "ü"}))
        assert(kv:set("a/2", "two", 0.05))
        assert(kv:set("a/1", {n = 2}))
        local both = #kv:list({prefix = "a/"}).items
        time.sleep("80ms")
        local value = kv:get("a/1")
        local _, gone = kv:get("a/2")
        assert(kv:delete("a/1"))
        return {value.n, both, gone:kind(), kv:has("a/1")}
    """)
    ) == [2, 2, "NotFound", False]
