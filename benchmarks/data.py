"""Measure databases, JSON and queues against Python doing the same by itself, in the same run.

    python benchmarks/data.py          a line for each figure
    python benchmarks/data.py --json   all figures for a machine to read

PostgreSQL and RabbitMQ are those of `.ci/services`, or of WIPPY_TEST_POSTGRES and WIPPY_TEST_AMQP; figures that need
one that is not there are left out, and a line says so. Times are wall time (for JSON processor time), the best of
several rounds that alternate between the two sides. Those of queues are printed for comparison; they have no bar.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import Figure, arguments

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
ROUNDS = 7
QUERIES = 1500
MESSAGES = 3000
FIND = "SELECT id, name FROM t WHERE id = {}"
QUERY = """
    return function(count, sql_text)
        local db = require("sql").get("app:db")
        for i = 1, count do
            if db:query(sql_text, {i % 100})[1].id ~= i % 100 then error("wrong row") end
        end
        db:release()
    end
"""
ENCODE = 'return function(count, v) local json = require("json") for _ = 1, count do json.encode(v) end end'
DECODE = 'return function(count, s) local json = require("json") for _ = 1, count do json.decode(s) end end'


class Bench:
    """A node with functions to measure."""

    def __init__(self, directory: Path) -> None:
        from lua_node import LuaNode

        self.lua = LuaNode(directory)
        self.call = self.lua.node.functions.call

    def function(self, name: str, source: str, *modules: str) -> Callable[..., Any]:
        """Make a function of a whole chunk."""
        made = self.lua.add(name, "function.lua", source=source, modules=list(modules))
        return lambda *arguments: self.call(made, arguments)


def paired(ours: Callable[[], object], theirs: Callable[[], object]) -> float:
    """Give how many times as long the one takes as the other."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for side, work in enumerate((ours, theirs)):
            start = time.perf_counter()
            work()
            best[side] = min(best[side], time.perf_counter() - start)
    return best[0] / best[1]


def sqlite(bench: Bench, directory: Path) -> list[Figure]:
    """A row by its key, each on its own."""
    path = directory / "bench.db"
    link = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    link.execute("PRAGMA journal_mode = WAL")
    link.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    link.executemany("INSERT INTO t VALUES (?, ?)", [(number, f"name{number}") for number in range(100)])
    bench.lua.add("db", "db.sql.sqlite", file=str(path))
    query = bench.function("query", QUERY, "sql")
    text = FIND.format("?")
    with ThreadPoolExecutor(1) as threads:

        def bare() -> None:
            for number in range(QUERIES):
                threads.submit(lambda key: link.execute(text, (key,)).fetchall(), number % 100).result()

        ratio = paired(lambda: query(QUERIES, text), bare)
    link.close()
    bench.lua.delete("db")
    return [Figure("db:query of a row, SQLite / sqlite3 on a thread", ratio, "times", 2.0)]


def postgres(bench: Bench, url: str) -> list[Figure]:
    """A row by its key, each on its own; and queries that wait."""
    import pg8000.native
    from needs import account

    fields = account(url)
    bare = pg8000.native.Connection(
        fields["username"], **{k: fields[k] for k in ("host", "port", "database", "password")}, ssl_context=False
    )
    bare.run("DROP TABLE IF EXISTS t")
    bare.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    bare.run("INSERT INTO t SELECT n, 'name' || n FROM generate_series(0, 99) n")
    options = {"options": {"sslmode": "disable"}, "pool": {"max_idle": 64}}
    bench.lua.add("db", "db.sql.postgres", **fields, **options)
    query = bench.function("pgquery", QUERY, "sql")

    def plain() -> None:
        for number in range(QUERIES):
            bare.run(FIND.format(":key"), key=number % 100)

    ratio = paired(lambda: query(QUERIES, FIND.format("$1")), plain)
    bench.function("nap", 'return function() require("sql").get("app:db"):query("SELECT pg_sleep(0.2)") end', "sql")
    crowd = bench.function(
        "crowd",
        """return function()
            local funcs, futures = require("funcs"), {}
            for i = 1, 64 do futures[i] = funcs.async("app:nap") end
            for _, future in ipairs(futures) do future:response():receive() end
        end""",
        "funcs",
    )
    crowd()
    start = time.perf_counter()
    crowd()
    together = time.perf_counter() - start
    bare.run("DROP TABLE t")
    bare.close()
    bench.lua.delete("db")
    return [
        Figure("db:query of a row, PostgreSQL / bare pg8000", ratio, "times", 1.5),
        Figure("64 queries of 0.2 s at once (12.8 s in turn)", together, "s", 1.28),
    ]


def document() -> Any:
    """Make a document of about a megabyte as applications have them."""
    return [
        {
            "id": number,
            "name": f"user {number}",
            "email": f"user{number}@example.org",
            "active": number % 3 == 0,
            "score": number * 1.25,
            "tags": ["alpha", "beta", 'gäm"ma'],
            "address": {"street": "Long Street", "number": number % 200, "note": None},
        }
        for number in range(5300)
    ]


def json_text(bench: Bench) -> list[Figure]:
    """Encode and decode a document."""
    from runtime.binding import to_lua

    plain = document()
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    value = to_lua(plain)
    given = text.encode().decode("latin-1")
    encode, decode = bench.function("encode", ENCODE, "json"), bench.function("decode", DECODE, "json")

    def python_encode() -> None:
        for _ in range(5):
            json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    def python_decode() -> None:
        for _ in range(5):
            json.loads(text)

    # The arguments of a call are copied: that is no part of it.
    handed = paired_less(lambda: encode(0, value), lambda: encode(5, value), python_encode)
    taken = paired_less(lambda: decode(0, given), lambda: decode(5, given), python_decode)
    size = len(text) / 1e6
    return [
        Figure(f"json.encode of {size:.1f} MB / Python's json", handed, "times", 2.5),
        Figure(f"json.decode of {size:.1f} MB / Python's json", taken, "times", 2.5),
    ]


def paired_less(nothing: Callable[[], object], ours: Callable[[], object], theirs: Callable[[], object]) -> float:
    """Compare as `paired` does, without what a call takes that does nothing."""
    best = [float("inf")] * 3
    for _ in range(ROUNDS):
        for side, work in enumerate((nothing, ours, theirs)):
            start = time.process_time()
            work()
            best[side] = min(best[side], time.process_time() - start)
    return (best[1] - best[0]) / best[2]


def queues(bench: Bench, urls: dict[str, str]) -> list[str]:
    """Publish and handle messages through each driver; give lines with messages a second."""
    import uuid

    import gevent

    drivers: dict[str, dict[str, Any]] = {"memory": {}, "sql": {"file": "bench-queue.db"}}
    if "amqp" in urls:
        drivers["amqp"] = {"url": urls["amqp"], "lifecycle": {"auto_start": True}}
    bench.function("handle", "return function(x) return x end")
    lines = []
    for driver, data in drivers.items():
        bench.lua.add(f"{driver}_driver", f"queue.driver.{driver}", **data)
        options = {"memory": {"max_length": MESSAGES}, "amqp": {"durable": True, "queue_expiry": "1m"}}
        entry = f"{driver}_jobs"
        name = f"bench_{uuid.uuid4().hex}"
        made = {"driver": f"app:{driver}_driver", "queue_name": name, "driver_options": options}
        bench.lua.add(entry, "queue.queue", **made)
        publish = bench.function(
            f"{driver}_publish",
            f"""return function(count)
                local queue = require("queue")
                for i = 1, count do assert(queue.publish("app:{entry}", {{n = i, text = "some text"}})) end
            end""",
            "queue",
        )
        workers = 16
        start = time.perf_counter()
        gevent.joinall([gevent.spawn(publish, MESSAGES // workers) for _ in range(workers)], raise_error=True)
        published = MESSAGES // workers * workers / (time.perf_counter() - start)
        start = time.perf_counter()
        consumer = {"queue": f"app:{entry}", "func": "app:handle", "concurrency": workers, "prefetch": 100}
        bench.lua.add(f"{driver}_consumer", "queue.consumer", **consumer, lifecycle={"auto_start": True})
        queue = bench.lua.node.resources.get(_id(entry))
        while queue.info()["message_count"]:
            gevent.sleep(0.005)
        handled = MESSAGES // workers * workers / (time.perf_counter() - start)
        lines.append(f"queue.driver.{driver:<10}{published:>10.0f} published/s{handled:>10.0f} handled/s")
    return lines


def _id(name: str) -> Any:
    from runtime.registry.entry import EntryId

    return EntryId("app", name)


def main() -> None:
    options = arguments(__doc__ or "")
    if "WIPPY_TEST_POSTGRES" not in os.environ and "WIPPY_BENCH_INSIDE" not in os.environ:
        restart_with_services()
    urls = {
        name: os.environ[variable]
        for name, variable in (("postgres", "WIPPY_TEST_POSTGRES"), ("amqp", "WIPPY_TEST_AMQP"))
        if variable in os.environ
    }
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            figures = [*sqlite(bench, Path(folder)), *json_text(bench)]
            if "postgres" in urls:
                figures += postgres(bench, urls["postgres"])
            lines = queues(bench, urls)
        finally:
            bench.lua.close()
    if options.json:
        print(json.dumps([figure.as_dict() for figure in figures]))
        return
    for figure in figures:
        print(figure.line())
    for line in lines:
        print(line)
    for name in {"postgres", "amqp"} - urls.keys():
        print(f"left out for lack of a server: {name}")


def restart_with_services() -> None:
    """Start what is installed of the servers, and this script again beside them."""
    from services import SERVERS

    found = [name for name in ("postgres", "amqp") if SERVERS[name].is_installed()]
    os.environ["WIPPY_BENCH_INSIDE"] = "1"
    if found:
        chosen = [word for name in found for word in ("--only", name)]
        services = [sys.executable, str(ROOT / "tests" / "support" / "services.py"), *chosen]
        os.execv(sys.executable, [*services, sys.executable, *sys.argv])


if __name__ == "__main__":
    main()
