"""How to reach a PostgreSQL server: the fields of db.sql.postgres, with the `options` of a libpq connection string."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import gevent
from gevent import ssl
from pg8000.core import CoreConnection
from pg8000.exceptions import DatabaseError, InterfaceError

from runtime.binding.failure import Failure
from runtime.data.connection import hang_up, open_socket, unreachable
from runtime.data.postgres.connection import PostgresConnection
from runtime.data.postgres.errors import failure_of
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_TLS_REQUEST = bytes.fromhex("0000000804d2162f")  # manual, protocol-message-formats: SSLRequest

_OWN = ("sslmode", "sslcert", "sslkey", "sslrootcert", "connect_timeout", "binary_parameters")
_SESSION = {"DateStyle": "ISO, MDY", "client_encoding": "UTF8", "extra_float_digits": "2", "bytea_output": "hex"}


@dataclass(frozen=True)
class Settings:
    """Where a server is and who connects; options that are not the client's own are settings of the session."""

    host: str
    port: int
    database: str
    username: str
    password: str
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_dsn(cls, dsn: str) -> Settings:
        """Read an address such as `postgres://user:password@host/database?sslmode=require`, or `host=... port=...`.

        Raise Failure Invalid.
        """
        given = _of_url(dsn) if "://" in dsn else _of_words(dsn)
        if not given.get("host"):
            raise Failure(
                Kind.INVALID,
                "the address of the PostgreSQL database lacks the host: "
                "write postgres://user:password@host:5432/database or host=... user=... dbname=...",
            )
        try:
            port = int(given.pop("port", "") or 5432)
        except ValueError as error:
            raise Failure(Kind.INVALID, f"the address of the PostgreSQL database has a wrong port: {error}") from None
        user = given.pop("user", "") or "postgres"
        named = (given.pop("host"), port, given.pop("dbname", "") or user, user, given.pop("password", ""))
        return cls(*named, given)

    def connect(self) -> PostgresConnection:
        """Open a connection; raise Failure."""
        seconds = float(self.options.get("connect_timeout") or 0) or None
        try:
            with gevent.Timeout(seconds):
                return PostgresConnection(self._open(), self)
        except gevent.Timeout:
            raise unreachable(f"the database server at {self.host}:{self.port} did not answer in {seconds} s") from None
        except DatabaseError as error:
            raise failure_of(error.args[0]) from None
        except (InterfaceError, OSError) as error:
            raise unreachable(f"cannot connect to the database server at {self.host}:{self.port}: {error}") from None

    def _open(self) -> CoreConnection:
        link = self._secured(open_socket(self.host, self.port, None))
        named = {name: value for name, value in self.options.items() if name not in _OWN}
        try:
            return CoreConnection(
                self.username,
                database=self.database,
                password=self.password,
                ssl_context=False,
                sock=link,
                application_name=named.pop("application_name", None),
                startup_params={**_SESSION, **named},
            )
        except BaseException:
            hang_up(link)
            raise

    def _secured(self, link: Any) -> Any:
        """Put TLS on a connection as `sslmode` says; by default where the server has it."""
        mode = self.options.get("sslmode", "prefer")
        if mode == "disable" or self.host.startswith("/"):
            return link
        try:
            link.sendall(_TLS_REQUEST)
            if link.recv(1) == b"S":
                return self._tls(mode).wrap_socket(link, server_hostname=self.host)
            if mode in ("allow", "prefer"):
                return link
            raise OSError(f"it has no TLS, and sslmode is {mode}")
        except BaseException:
            link.close()
            raise

    def _tls(self, mode: str) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = mode == "verify-full"
        context.verify_mode = ssl.CERT_REQUIRED if mode.startswith("verify") else ssl.CERT_NONE
        if mode.startswith("verify"):
            authority = self.options.get("sslrootcert")
            if authority:
                context.load_verify_locations(authority)
            else:
                context.load_default_certs()
        if self.options.get("sslcert"):
            context.load_cert_chain(self.options["sslcert"], self.options.get("sslkey"))
        return context


def _of_url(dsn: str) -> dict[str, str]:
    parts = urlsplit(dsn)
    try:
        port = str(parts.port or "")
    except ValueError:
        port = parts.netloc.rpartition(":")[2]
    return {
        "host": parts.hostname or "",
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path[1:]),
        **dict(parse_qsl(parts.query)),
    }


def _of_words(dsn: str) -> dict[str, str]:
    try:
        words = shlex.split(dsn)
    except ValueError as error:
        raise Failure(Kind.INVALID, f"the address of the PostgreSQL database cannot be read: {error}") from None
    return {name: value for name, found, value in (word.partition("=") for word in words) if found}
