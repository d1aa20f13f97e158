"""The entry kinds db.sql.postgres and db.sql.mysql (page system/database)."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.binding.failure import Failure
from runtime.data.pool import Limits
from runtime.data.server import ServerDatabase
from runtime.registry.decode import Duration
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler
from runtime.supervisor.lifecycle import Lifecycle
from runtime.supervisor.service import Service, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.data.connection import Connection
    from runtime.registry.entry import Entry, EntryId

_HOUR = Duration(3600.0)
# As Go's pools have it where nothing is said; the documentation has 0, with which each statement opens a connection.
_IDLE = 2


@dataclass(frozen=True)
class PoolConfig:
    """How connections are kept; 0 for `max_open` is no limit, for `max_idle` none kept, for `max_lifetime` one hour."""

    max_open: int = 0
    max_idle: int = _IDLE
    max_lifetime: Duration = _HOUR


@dataclass(frozen=True)
class ServerConfig:
    """The data of an entry; `options` are those of the usual connection strings."""

    host: str
    port: int
    database: str
    username: str
    password: str = ""
    pool: PoolConfig = field(default_factory=PoolConfig)
    options: Mapping[str, Any] = field(default_factory=dict)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class Reachability(Service):
    """Runs once the server has answered; the database itself is there from the beginning and opens what it needs."""

    def __init__(self, entry_id: EntryId, lifecycle: Lifecycle, database: ServerDatabase) -> None:
        self.id = entry_id
        self.lifecycle = lifecycle
        self.database = database

    def start(self) -> None:
        """Ask the server for something."""
        try:
            self.database.query("SELECT 1", ())
        except Failure as failure:
            raise ServiceError(failure.message) from None

    def stop(self, timeout: float) -> None:
        """Leave the database to those who still run."""


class ServerHandler(KindHandler):
    """What both kinds have in common."""

    config: ClassVar[type] = ServerConfig
    dialect: ClassVar[str]
    # Option: the values that it may have.
    choices: ClassVar[Mapping[str, tuple[str, ...]]]

    def check(self, entry: Entry, config: ServerConfig) -> None:
        """Refuse what no server can be reached by."""
        for name in ("host", "database", "username"):
            if not getattr(config, name).strip():
                raise EntryError(entry, name, "it is empty", "write it, or a placeholder such as ${env:DB_HOST}")
        if not 0 < config.port < 65536:
            raise EntryError(entry, "port", f"{config.port} is no port", "write a number from 1 to 65535")
        for name in ("max_open", "max_idle"):
            if getattr(config.pool, name) < 0:
                raise EntryError(entry, f"pool.{name}", "it is negative", "write 0 for the default")
        options = options_of(config)
        for name, known in self.choices.items():
            if options.get(name, known[0]) not in known:
                raise EntryError(entry, f"options.{name}", f"'{options[name]}' is unknown", f"use {', '.join(known)}")

    def create(self, entry: Entry, config: ServerConfig) -> None:
        """Offer the database; its first connection is opened by its first user, or when the service starts."""
        pool = config.pool
        lifetime = pool.max_lifetime if pool.max_lifetime > 0 else _HOUR
        idle = min(pool.max_idle, pool.max_open) if pool.max_open else pool.max_idle
        database = ServerDatabase(self.dialect, self.connector(config), Limits(pool.max_open, idle, lifetime))
        self.node.resources.put(entry.id, database)
        self.node.supervisor.add(Reachability(entry.id, config.lifecycle, database))

    def update(self, old: Entry, new: Entry, config: ServerConfig) -> None:
        """Offer another database to those who ask from now on; who uses the old one keeps it until done."""
        before = self.node.resources.get(old.id)
        self.create(new, config)
        before.close()

    def delete(self, entry: Entry) -> None:
        """Close the database once running statements and transactions have ended."""
        self.node.supervisor.remove(entry.id)
        database = self.node.resources.get(entry.id)
        self.node.resources.remove(entry.id)
        database.close()

    def connector(self, config: ServerConfig) -> Callable[[], Connection]:
        """Give what opens a connection."""
        raise NotImplementedError


class PostgresHandler(ServerHandler):
    """Runs db.sql.postgres entries."""

    kinds: ClassVar[tuple[str, ...]] = ("db.sql.postgres",)
    dialect = "postgres"
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "sslmode": ("prefer", "disable", "allow", "require", "verify-ca", "verify-full")
    }

    def connector(self, config: ServerConfig) -> Callable[[], Connection]:
        """Give what opens a connection."""
        from runtime.data.postgres.settings import Settings  # an application without such an entry need not load it

        account = config.host, config.port, config.database, config.username, config.password
        return Settings(*account, options_of(config)).connect


class MysqlHandler(ServerHandler):
    """Runs db.sql.mysql entries."""

    kinds: ClassVar[tuple[str, ...]] = ("db.sql.mysql",)
    dialect = "mysql"
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "tls": ("false", "true", "skip-verify", "preferred"),
        "charset": ("utf8mb4", "utf8mb3", "utf8", "utf8mb4,utf8"),
    }

    def connector(self, config: ServerConfig) -> Callable[[], Connection]:
        """Give what opens a connection."""
        from runtime.data.mysql.settings import Settings  # as above

        account = config.host, config.port, config.database, config.username, config.password
        return Settings(*account, options_of(config)).connect


def options_of(config: ServerConfig) -> dict[str, str]:
    """Write all options as text, as YAML's `true` and `10` are meant."""
    return {
        str(name): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in config.options.items()
    }
