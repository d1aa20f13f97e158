"""Databases in temporary files, and the two things that the `sql` module asks of the rest of the runtime."""

import gevent
import pytest

import stdlib.sql
from runtime.binding import Failure, Kind, to_lua
from runtime.data.sqlite import SqliteDatabase


class Call:
    """Stands for the running call: `end()` does what was asked to be done at its end."""

    def __init__(self):
        self.callbacks = []

    def at_end(self, callback):
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def end(self):
        for callback in self.callbacks:
            callback()
        self.callbacks.clear()
        gevent.sleep(0.05)  # rolling back goes on behind the caller's back


@pytest.fixture
def database(tmp_path):
    return SqliteDatabase(str(tmp_path / "test.db"))


@pytest.fixture
def call(monkeypatch, database):
    resources = {"app:db": database, "app:store": object()}

    def find(text):
        if text not in resources:
            raise Failure(Kind.NOT_FOUND, f"resource {text} not found")
        return resources[text]

    running = Call()
    monkeypatch.setattr(stdlib.sql, "find_database", find)
    monkeypatch.setattr(stdlib.sql, "at_end_of_call", running.at_end)
    return running


class Handle:
    """Calls Lua methods as `handle:name(...)` would, and unpacks errors."""

    def __init__(self, target):
        self.target = target

    def __getattr__(self, name):
        def invoke(*arguments):
            return self.target.lua_index(name)(self.target, *[to_lua(argument) for argument in arguments])

        return invoke

    def begin(self, *arguments):
        result = self.target.lua_index("begin")(self.target, *[to_lua(argument) for argument in arguments])
        return Handle(result) if not isinstance(result, tuple) else result

    def prepare(self, sql):
        result = self.target.lua_index("prepare")(self.target, sql)
        return Handle(result) if not isinstance(result, tuple) else result


@pytest.fixture
def db(call):
    return Handle(stdlib.sql.module.table().get("get")("app:db"))
