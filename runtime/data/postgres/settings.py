"""How to reach a PostgreSQL server: the fields of db.sql.postgres, with the `options` of a libpq connection string."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gevent
from gevent import ssl
from pg8000.core import CoreConnection
from pg8000.exceptions import DatabaseError, InterfaceError

from runtime.data.connection import hang_up, open_socket, unreachable
from runtime.data.postgres.connection import PostgresConnection
from runtime.data.postgres.errors import failure_of

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
