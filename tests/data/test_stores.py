"""Stores in memory and in SQL, through the module store."""

import gevent
import pytest
from lua_node import eventually

from runtime.registry.entry import EntryId

TABLE = "CREATE TABLE kv_store (key VARCHAR(255) PRIMARY KEY, value BYTEA NOT NULL, expires_at BIGINT)"


@pytest.fixture
def memory(lua):
    lua.add("memory", "store.memory", max_size=5, cleanup_interval="20ms", lifecycle={"auto_start": True})
    return lua.node.resources.get(EntryId("app", "memory"))


@pytest.fixture
def table(lua, run):
    lua.add("db", "db.sql.sqlite", file=":memory:")
    run("sql", f'return sql.get("app:db"):execute("{TABLE}")')
    lua.add("sql", "store.sql", database="app:db", table_name="kv_store", cleanup_interval="20ms")


def test_the_table_may_be_called_table(lua, run, table):
    lua.add("other", "store.sql", database="app:db", table="kv_store")
    assert run("store", 'store.get("app:sql"):set("k", 1) return store.get("app:other"):get("k")') == [1]


@pytest.fixture(params=["memory", "sql"])
def store(request, run, memory, table):
    """Give a function that runs code on each kind of store, as `s`."""
    return lambda body, *arguments: run("store time", f'local s = store.get("app:{request.param}") {body}', *arguments)


def test_values_come_back_as_copies(store):
    body = """
        local value = {list = {1, 2.5, "x"}, deep = {yes = true}, bytes = "\\xff\\0", text = "Grüße"}
        assert(s:set("k", value))
        value.list[1] = 99
        local first, second = s:get("k"), s:get("k")
        first.deep.yes = false
        s:set("false", false)
        return second, second.bytes == "\\xff\\0", second.text, s:get("false"), math.type(second.list[1])
    """
    found, same, text, false, kind = store(body)
    assert found["list"] == [1, 2.5, "x"]
    assert found["deep"] == {"yes": True}
    assert (same, text, false, kind) == (True, "Grüße", False, "integer")


def test_missing_keys(store):
    body = """
        local value, err = s:get("none")
        local _, entry = s:entry("none")
        s:set("k", 1)
        return value, err, entry, s:has("none"), s:has("k"), s:delete("k"), s:delete("k"), s:has("k")
    """
    assert store(body) == ["nil", "NotFound", "NotFound", False, True, True, False, False]


def test_expired_entries_are_gone_at_once(store):
    body = """
        s:set("soon", 1, 0.05)
        s:set("later", 2, 100)
        s:set("never", 3, 0)
        s:set("kept", 4, 0.05)
        s:set("kept", 5)
        time.sleep("60ms")
        local _, err = s:get("soon")
        return err, s:has("soon"), s:delete("soon"), s:get("later"), s:get("never"), s:get("kept"), #s:list().items
    """
    assert store(body) == ["NotFound", False, False, 2, 3, 5, 3]


def test_pages_are_in_order(store):
    body = """
        for _, key in ipairs({"b:2", "a:1", "b:1", "B:1", "b%:x"}) do s:set(key, key) end
        local function keys(page)
            local found = {}
            for i, entry in ipairs(page.items) do found[i] = entry.key end
            return found
        end
        local first = s:list({limit = 2})
        local rest = s:list({after = first.cursor})
        local empty = s:list({prefix = "zz"})
        return keys(first), first.has_more, keys(rest), rest.has_more, keys(s:list({prefix = "b:"})),
            keys(s:list({prefix = "b%"})), {#empty.items, empty.cursor, empty.has_more}
    """
    assert store(body) == [
        ["B:1", "a:1"], True, ["b%:x", "b:1", "b:2"], False, ["b:1", "b:2"], ["b%:x"], [0, "", False],
    ]  # fmt: skip


def test_wrong_arguments_are_invalid(store):
    body = """
        local kinds = {}
        local function failing(_, err) kinds[#kinds + 1] = err:kind() end
        failing(s:get("")) failing(s:set("", 1)) failing(s:set("k")) failing(s:put("k")) failing(s:set("k", 1, -1))
        failing(s:put("k", 1, {only_if_absent = true, if_version = "1"})) failing(s:list({limit = "x"}))
        local t = {} t.t = t
        failing(s:set("k", t))
        assert(s:release() and s:release())
        failing(s:get("k")) failing(s:set("k", 1)) failing(s:info()) failing(s:list())
        return kinds, tostring(s)
    """
    assert store(body) == [["Invalid"] * 12, "store.Store{released}"]


def test_a_store_in_memory_checks_conditions(run, memory):
    body = """
        local s = store.get("app:memory")
        local made = s:put("k", 1, {only_if_absent = true})
        local _, exists = s:put("k", 2, {only_if_absent = true})
        local changed = s:put("k", 3, {if_version = made.version})
        local _, stale = s:put("k", 4, {if_version = made.version})
        local _, missing = s:put("none", 4, {if_version = "1"})
        return made.value, exists, changed.version ~= made.version, stale, stale:retryable(), missing, s:get("k")
    """
    assert run("store", body) == [1, "AlreadyExists", True, "Conflict", True, "NotFound", 3]


def test_a_store_in_sql_refuses_conditions(run, table):
    body = """
        local s = store.get("app:sql")
        local _, absent = s:put("k", 2, {only_if_absent = true})
        local _, version = s:put("k", 2, {if_version = "1"})
        local info = s:info()
        return absent, version, s:put("k", 2).version, info.conditional_put, info.durable, info.backend
    """
    assert run("store", body) == ["Invalid", "Invalid", "0", False, True, "sql"]


def test_a_full_store_refuses_new_keys_only(run, memory):
    body = """
        local s = store.get("app:memory")
        for i = 1, 5 do s:set("k" .. i, i) end
        local _, full = s:set("k6", 6)
        assert(s:set("k1", "again"))
        s:set("k1", 1, 0.001)
        time.sleep("5ms")
        return full, full:retryable(), s:set("k6", 6)
    """
    assert run("store time", body) == ["Unavailable", True, True]


def test_what_has_expired_is_swept_away(run, lua, memory, table):
    for name in ("memory", "sql"):
        run("store", f'return store.get("app:{name}"):set("k", 1, 0.01)')
    eventually(lambda: not memory._slots)
    count = 'return sql.get("app:db"):query("SELECT COUNT(*) AS n FROM kv_store")[1].n'
    eventually(lambda: run("sql", count) == [0])


def test_limits_can_change_and_entries_stay(run, lua, memory):
    run("store", 'return store.get("app:memory"):set("k", 1)')
    lua.update("memory", "store.memory", max_size=1)
    body = 'local s = store.get("app:memory") local _, e = s:set("l", 1) return s:get("k"), e, s:info().backend'
    assert run("store", body) == [1, "Unavailable", "memory"]
    lua.delete("memory")
    assert run("store", 'return store.get("app:memory")') == ["nil", "NotFound"]


@pytest.mark.parametrize("name", ["kv; DROP TABLE x", "a b", "", "a.b.c;", '"x"'])
def test_names_that_are_more_than_names_are_refused(lua, name):
    lua.add("db", "db.sql.sqlite", file=":memory:")
    with pytest.raises(Exception, match="is no name of SQL"):
        lua.add("bad", "store.sql", database="app:db", table_name=name)


def test_keys_are_never_part_of_the_sql(run, table):
    body = """
        local s = store.get("app:sql")
        local key = "'); DROP TABLE kv_store; --"
        s:set(key, "x")
        return s:get(key), #s:list({prefix = "');"}).items, s:delete(key)
    """
    assert run("store", body) == ["x", 1, True]


def test_a_missing_table_and_broken_values_are_told(run, lua, table):
    lua.add("lost", "store.sql", database="app:db", table_name="nowhere")
    assert run("store", 'return store.get("app:lost"):get("k")') == ["nil", "Invalid"]
    run("sql", """return sql.get("app:db"):execute("INSERT INTO kv_store VALUES ('bad', 'no json', NULL)")""")
    assert run("store", 'return store.get("app:sql"):get("bad")') == ["nil", "Internal"]


def test_ids_of_nothing_and_of_other_things(run, table):
    body = """
        local _, missing = store.get("app:nothing")
        local _, empty = store.get("")
        local _, other = store.get("app:db")
        return missing, empty, other, store.backend.KV_RAFT, store.consistency.LOCAL
    """
    assert run("store", body) == ["NotFound", "Invalid", "Invalid", "kv.raft", "local"]


def test_no_sweeper_is_left_behind(lua, memory):
    lua.delete("memory")
    gevent.sleep(0.05)
    assert memory._sweeper._greenlet.dead
