"""Applications, and servers that run them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).parent))

from apps_browser import start_browser
from apps_servers import BARS, SHOP, TODO, Server, copy_of, start


@pytest.fixture
def todo(tmp_path: Path) -> Path:
    return copy_of(TODO, tmp_path)


@pytest.fixture
def bars_project(tmp_path: Path) -> Path:
    return copy_of(BARS, tmp_path)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serve projects; every server ends with the test."""
    servers: list[Server] = []

    def begin(project: Path, *arguments: str) -> Server:
        servers.append(start(project, *arguments))
        return servers[-1]

    yield begin
    for server in servers:
        server.kill()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    driver = start_browser(tmp_path / "profile")
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def todo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The example application, served for a whole module."""
    yield from _for_a_module(copy_of(TODO, tmp_path_factory.mktemp("apps")))


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application of the bars, served for a whole module."""
    yield from _for_a_module(copy_of(BARS, tmp_path_factory.mktemp("apps")))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shop, served for a whole module."""
    yield from _for_a_module(copy_of(SHOP, tmp_path_factory.mktemp("apps")))


def _for_a_module(project: Path) -> Iterator[Server]:
    server = start(project)
    yield server
    server.kill()
