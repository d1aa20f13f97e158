"""How to reach a MySQL server: the fields of db.sql.mysql, with the `options` of a Go data source name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import gevent
import pymysql
from gevent import ssl
from pymysql.constants import CLIENT

from runtime.binding.failure import Failure
from runtime.data.connection import hang_up, open_socket, unreachable
from runtime.data.mysql.connection import MysqlConnection
from runtime.data.mysql.errors import failure_of
from runtime.data.values import timestamp
from runtime.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.data.mysql.values import ReadText
    from runtime.lua.types import LuaValue


# Options of the client; others are variables of the session.
_OWN = (
    *("charset", "collation", "loc", "tls", "timeout", "readTimeout", "writeTimeout", "multiStatements", "parseTime"),
    *("clientFoundRows", "interpolateParams", "maxAllowedPacket", "checkConnLiveness", "columnsWithAlias"),
    *("allowNativePasswords", "allowCleartextPasswords", "allowOldPasswords", "allowAllFiles", "rejectReadOnly"),
    *("allowFallbackToPlaintext", "connectionAttributes", "serverPubKey", "timeTruncate", "compress"),
)


@dataclass(frozen=True)
class Settings:
    """Where a server is and who connects."""

    host: str
    port: int
    database: str
    username: str
    password: str
    options: Mapping[str, str] = field(default_factory=dict)

    def connect(self) -> MysqlConnection:
        """Open a connection; raise Failure."""
        seconds = self._seconds("timeout")
        try:
            with gevent.Timeout(seconds):
                return MysqlConnection(self._open(), self)
        except gevent.Timeout:
            raise unreachable(f"the database server at {self.host}:{self.port} did not answer in {seconds} s") from None
        except pymysql.err.MySQLError as error:
            raise failure_of(error) from None
        except OSError as error:
            raise unreachable(f"cannot connect to the database server at {self.host}:{self.port}: {error}") from None

    @cached_property
    def moment(self) -> ReadText:
        """What reads dates with times; those without an offset are in the zone that `loc` names."""
        name = self.options.get("loc", "UTC")
        if name == "UTC":
            return timestamp
        zone = None if name == "Local" else ZoneInfo(name)

        def read(data: bytes) -> LuaValue:
            try:
                naive = datetime.fromisoformat(data.decode("ascii"))
            except ValueError:
                return data.decode("latin-1")  # the day zero, which only MySQL knows
            return (naive.replace(tzinfo=zone) if zone else naive.astimezone()).isoformat()

        return read

    def _open(self) -> Any:
        link = open_socket(self.host, self.port, None)
        try:
            raw = pymysql.Connection(
                host=self.host,
                port=self.port,
                user=self.username,
                password=self.password,
                database=self.database,
                charset="utf8mb4",
                collation=self.options.get("collation"),
                autocommit=True,
                client_flag=self._flags(),
                init_command=self._variables(),
                read_timeout=self._seconds("readTimeout"),
                write_timeout=self._seconds("writeTimeout"),
                defer_connect=True,
                **self._tls(),
            )
            raw.connect(link)
        except BaseException:
            hang_up(link)
            raise
        return raw

    def _flags(self) -> int:
        flags = 0
        if self.options.get("multiStatements") == "true":
            flags |= CLIENT.MULTI_STATEMENTS
        if self.options.get("clientFoundRows") == "true":
            flags |= CLIENT.FOUND_ROWS
        return flags

    def _variables(self) -> str | None:
        """Write the statement that sets variables of the session.

        Its zone is UTC unless the options say otherwise, for times are given as such.
        """
        named = {name: value for name, value in self.options.items() if name not in _OWN}
        if "loc" not in self.options:
            named.setdefault("time_zone", "'+00:00'")
        return f"SET {', '.join(f'{name} = {value}' for name, value in named.items())}" if named else None

    def _tls(self) -> dict[str, Any]:
        mode = self.options.get("tls", "false")
        if mode == "false" or self.host.startswith("/"):
            return {"ssl_disabled": True}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if mode == "true":
            context.load_default_certs()
        else:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return {"ssl": context}

    def _seconds(self, name: str) -> float | None:
        text = self.options.get(name)
        try:
            return (parse_duration(text) or None) if text else None
        except ValueError as error:
            raise Failure("Invalid", f"option {name}: {error}") from None
