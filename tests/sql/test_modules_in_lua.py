"""The modules json, sql, time and logger in Lua code of a real node."""

import logging
import textwrap
import threading

import gevent
import pytest

import stdlib.time
from runtime.binding import Failure, Kind
from runtime.node import Node
from runtime.times.alarm import Alarm

FUNCTIONS = {
    "json": """
        local json = require("json")
        return function()
            local data = json.decode('{"a":[1,2.5],"none":null,"empty":{}}')
            local _, err = json.encode({[3] = "c"})
            return json.encode(data) .. " " .. err:kind() .. " " .. tostring(json.encode({x = 10 / 2}))
        end
    """,
    "sql": """
        local sql = require("sql")
        return function()
            local db = assert(sql.get("app:db"))
            db:execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT)")
            local tx = assert(db:begin())
            local result = tx:execute("INSERT INTO t (name) VALUES (?)", {"Grüße"})
            tx:execute("INSERT INTO t (name) VALUES (?)", {sql.NULL})
            tx:commit()
            local rows = db:query("SELECT name FROM t ORDER BY id")
            db:execute("DELETE FROM t")
            local changed = result.rows_affected .. math.type(result.last_insert_id)
            return rows[1].name .. #rows .. tostring(rows[2].name) .. changed
        end
    """,
    "forgets": """
        local sql = require("sql")
        return function()
            local db = sql.get("app:db")
            db:execute("CREATE TABLE IF NOT EXISTS f (x)")
            db:begin():execute("INSERT INTO f VALUES (1)")
            return true
        end
    """,
    "counts": """
        local sql = require("sql")
        return function() return sql.get("app:db"):query("SELECT COUNT(*) AS n FROM f")[1].n end
    """,
    "holds": """
        local sql, time = require("sql"), require("time")
        return function()
            local tx = sql.get("app:db"):begin()
            tx:execute("CREATE TABLE IF NOT EXISTS held (x)")
            time.sleep("10s")
        end
    """,
    "inserts": """
        local sql = require("sql")
        return function() return sql.get("app:db"):execute("INSERT INTO f VALUES (7)") end
    """,
    "timers": """
        local time = require("time")
        return function()
            local seen = {}
            local function note(what) seen[#seen + 1] = what end
            local start = time.now()
            time.sleep(5 * time.MILLISECOND)
            note(time.now():sub(start):milliseconds() >= 5)
            local ch = time.after("2ms")
            local t, ok = ch:receive()
            note(t:unix() > 0 and ok)
            note(select(2, ch:receive()))
            local fast, slow = time.after("1ms"), time.after("1s")
            note(channel.select{slow:case_receive(), fast:case_receive()}.channel == fast)
            local timer = time.timer("1h")
            note(timer:reset("1ms"))
            note(timer:channel():receive() ~= nil)
            note(timer:stop())
            note(timer:reset("1ms"))
            note(timer:response():receive() ~= nil)
            local unfired = time.timer("1h")
            note(unfired:stop())
            note(select(2, unfired:response():receive()))
            local ticker = time.ticker("2ms")
            for _ = 1, 3 do ticker:response():receive() end
            note(ticker:channel() == ticker:response())
            note(ticker:stop())
            local _, err = time.timer("0s")
            note(err:kind())
            _, err = time.sleep("soon")
            note(err:kind())
            for i, v in ipairs(seen) do seen[i] = tostring(v) end
            return table.concat(seen, " ")
        end
    """,
    "leaves": """
        local time = require("time")
        return function()
            time.ticker("1ms")
            time.after("1h")
            return true
        end
    """,
    "slow_ticks": """
        local time = require("time")
        return function()
            local ticker = time.ticker("5ms")
            time.sleep("40ms")
            local start = time.now()
            ticker:response():receive()
            ticker:response():receive()
            return time.now():sub(start):milliseconds()
        end
    """,
    "returns_time": """
        local time = require("time")
        return function() return {at = time.unix(1, 5):utc(), span = time.parse_duration("1m"), zone = time.utc} end
    """,
    "logs": """
        local logger = require("logger")
        return function()
            logger:info("colon", {user = "x", list = {1, 2}})
            logger.warn("dot", {err = errors.new("bad")})
            local child = logger:with({request = 7}):named("auth")
            child:error("child", {more = true})
            logger:debug("hidden")
            local _, err = logger:named("")
            logger:info(nil, "odd")
            return err:kind()
        end
    """,
}


@pytest.fixture
def node(tmp_path):
    (tmp_path / "wippy.lock").write_text("directories:\n  modules: .wippy\n  src: ./src\n")
    source = tmp_path / "src"
    source.mkdir()
    entries = ["version: '1.0'", "namespace: app", "entries:", "- {name: db, kind: db.sql.sqlite, file: data/app.db}"]
    for name, code in FUNCTIONS.items():
        (source / f"{name}.lua").write_text(textwrap.dedent(code))
        entries.append(
            f"- {{name: {name}, kind: function.lua, source: 'file://{name}.lua', modules: [json, sql, time, logger]}}"
        )
    (source / "_index.yaml").write_text("\n".join(entries) + "\n")
    made = Node.boot(tmp_path)
    made.start()
    yield made
    made.stop()


def test_json(node):
    assert node.functions.call("app:json") == '{"a":[1,2.5],"empty":{}} Internal {"x":5}'


def test_sql(node):
    assert node.functions.call("app:sql").encode("latin-1").decode() == "Grüße2nil1integer"


def test_a_transaction_left_open_ends_with_the_call(node):
    assert node.functions.call("app:forgets") is True
    assert node.functions.call("app:counts") == 0


def test_a_call_that_times_out_gives_its_transaction_back(node):
    node.functions.call("app:forgets")
    with pytest.raises(Failure) as caught:
        node.functions.call("app:holds", timeout=0.05)
    assert caught.value.kind == Kind.TIMEOUT
    assert node.functions.call("app:counts", timeout=2) == 0


def test_a_statement_of_an_ended_call_does_not_run_when_its_turn_comes(node):
    node.functions.call("app:forgets")

    def time_out(name, seconds):
        with pytest.raises(Failure) as caught:
            node.functions.call(name, timeout=seconds)
        assert caught.value.kind == Kind.TIMEOUT

    holder = gevent.spawn(time_out, "app:holds", 0.2)
    gevent.sleep(0.05)
    time_out("app:inserts", 0.05)
    holder.get()
    assert node.functions.call("app:counts", timeout=2) == 0


def test_timers(node):
    assert node.functions.call("app:timers", timeout=5) == (
        "true true false true true true false false true true false true true Invalid Invalid"
    )


def test_ticks_that_nobody_reads_are_dropped(node):
    assert node.functions.call("app:slow_ticks") < 12


def test_timers_end_with_their_process(node, monkeypatch):
    alarms = []

    class Noted(Alarm):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            alarms.append(self)

    monkeypatch.setattr(stdlib.time, "Alarm", Noted)
    node.functions.call("app:leaves")
    assert len(alarms) == 2
    assert all(alarm.stop() is False for alarm in alarms)


def test_times_survive_a_call(node):
    result = node.functions.call("app:returns_time")
    assert result.get("at").lua_tostring() == "1970-01-01 00:00:01.000000005 +0000 UTC"
    assert result.get("span").lua_tostring() == "1m0s"
    assert result.get("zone").lua_tostring() == "UTC"


def test_logger(node, caplog):
    caplog.set_level(logging.INFO, "wippy.app")
    assert node.functions.call("app:logs") == Kind.INVALID
    records = [record for record in caplog.records if record.name == "wippy.app"]
    assert [(record.levelname, record.getMessage(), record.topic) for record in records] == [
        ("INFO", "colon", ""),
        ("WARNING", "dot", ""),
        ("ERROR", "child", "auth"),
        ("INFO", "nil", ""),
    ]
    assert [record.fields for record in records] == [
        {"user": "x", "list": [1, 2]},
        {"err": "bad"},
        {"request": 7, "more": True},
        {"value": "odd"},
    ]
    assert records[0].location == "app:logs:4"
    assert records[0].pid.startswith("{app:logs#lua.")


def test_a_query_leaves_the_thread_of_the_event_loop(node):
    threads = []
    database = node.resources.get(next(entry.id for entry in node.registry.all() if entry.id.name == "db"))
    database._link.run(lambda raw: threads.append(threading.get_ident()))
    assert threads != [threading.get_ident()]
