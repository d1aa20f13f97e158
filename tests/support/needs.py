"""What tests need of the machine: servers, whose addresses are in the environment."""

from __future__ import annotations

import os
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import pytest
from services import FOLDER, SERVERS, Server, server

_TITLES = {"postgres": "PostgreSQL", "mysql": "MariaDB or MySQL", "amqp": "RabbitMQ"}


def need(name: str) -> str:
    """Give the address of a server; without it skip the test, or fail where all services are required."""
    kind = SERVERS[name]
    url = os.environ.get(kind.variable)
    if url is None:
        lack(
            f"needs {_TITLES[name]}: run `.ci/services make test` (on Debian: apt install {kind.package}), "
            f"or set {kind.variable} to the address of one, such as {kind.address(1234)}"
        )
    return url


def need_own(name: str) -> Server:
    """Give a server that the test may stop and start: one that `.ci/services` has started."""
    need(name)
    if FOLDER not in os.environ:
        lack(f"stops and starts {_TITLES[name]}: run it with `.ci/services make test`")
    return server(name)


def lack(reason: str) -> NoReturn:
    if os.environ.get("WIPPY_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def account(url: str) -> dict[str, object]:
    """Give the fields of a db.sql entry for an address."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "database": parts.path[1:],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
