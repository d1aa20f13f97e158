"""Servers of the application beside this file, each a process of its own with a copy of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "apps"))

from serving_servers import APP, Served, copy_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_of(APP, tmp_path)


@pytest.fixture
def serve(project: Path) -> Iterator[Callable[..., Served]]:
    """Start servers of the project; each ends with the test."""
    servers: list[Served] = []

    def begin(*arguments: str, command: str = "serve", **how: object) -> Served:
        servers.append(Served(project, command, *arguments, **how))
        return servers[-1]

    yield begin
    for server in servers:
        server.kill()


@pytest.fixture(scope="module", params=["serve", "run"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application under gunicorn and in the foreground, for a whole module."""
    served = Served(copy_of(APP, tmp_path_factory.mktemp("serving")), request.param)
    yield served
    served.kill()
