"""Databases of their own for tests, on real servers."""

import uuid

import pytest
from needs import account, need

from runtime.data.mysql.settings import Settings as MysqlSettings
from runtime.data.pool import Limits
from runtime.data.postgres.settings import Settings as PostgresSettings
from runtime.data.server import ServerDatabase

SETTINGS = {"postgres": PostgresSettings, "mysql": MysqlSettings}


class Place:
    """A database on a server."""

    def __init__(self, engine):
        self.engine = engine
        self.fields = account(need(engine))
        self.home = SETTINGS[engine](**self.fields)
        self.name = f"test_{uuid.uuid4().hex[:12]}"
        # A schema of PostgreSQL's takes a tenth of the time of a database, and MySQL means the same by both.
        if engine == "postgres":
            self.fields["options"] = {"search_path": self.name}
        else:
            self.fields["database"] = self.name
        self._administer(f"CREATE SCHEMA {self.name}")
        self._opened = []

    def open(self, max_open=0, max_idle=4, **options):
        """Open the database as entries do."""
        settings = SETTINGS[self.engine](**{**self.fields, "options": {**self.fields.get("options", {}), **options}})
        database = ServerDatabase(self.engine, settings.connect, Limits(max_open, max_idle))
        self._opened.append(database)
        return database

    def written(self, sql):
        """Write a statement with `?` for the engine."""
        parts = sql.split("?")
        if self.engine == "mysql":
            return sql
        return "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], 1)) + parts[-1]

    def close(self):
        for database in self._opened:
            database.close()
        self._administer(f"DROP SCHEMA {self.name}" + (" CASCADE" if self.engine == "postgres" else ""))

    def _administer(self, sql):
        connection = self.home.connect()
        try:
            connection.execute(sql, ())
        finally:
            connection.disconnect()


@pytest.fixture
def postgres():
    place = Place("postgres")
    yield place
    place.close()


@pytest.fixture
def mysql():
    place = Place("mysql")
    yield place
    place.close()


@pytest.fixture(params=["postgres", "mysql"])
def place(request):
    return request.getfixturevalue(request.param)
