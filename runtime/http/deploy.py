"""What a `gunicorn.conf.py` needs to serve a project as `wippy serve` does.

from runtime.http.deploy import settings
globals().update(settings("/srv/shop", workers=2, frozen=True, admin="127.0.0.1:9090"))
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.components.loader import load_entries
from runtime.config import Config
from runtime.http.address import Address
from runtime.http.boot import Boot
from runtime.http.gunicorn import settings_of
from runtime.http.places import places_of
from runtime.http.worker import WippyWorker
from runtime.logs.setup import ROOT, LogSettings, install
from runtime.project import Project

if TYPE_CHECKING:
    from collections.abc import Sequence


def settings(
    project: str | Path,
    *,
    bind: str = "",
    workers: int = 1,
    admin: str = "",
    frozen: bool = False,
    config: Sequence[str] = (),
    profiles: Sequence[str] = (),
    sets: Sequence[str] = (),
    overrides: Sequence[str] = (),
) -> dict[str, Any]:
    """Give gunicorn's settings for a project; the arguments are the options of `wippy serve`."""
    found = Project.find(Path(project))
    files = tuple(map(Path, config))
    configuration = Config.load(found.root, files, sets, profiles)
    if not logging.getLogger(ROOT).handlers:
        install(LogSettings.of(configuration))
    places = places_of(found, load_entries(found, configuration, overrides), bind, admin)
    made = Boot(found.pack or found.root, files, sets, overrides, frozen, profiles)
    made.admin = Address.parse(admin) if admin else None
    timeout = configuration.duration("shutdown.timeout", 30.0)

    class Worker(WippyWorker):
        boot = made

    common = settings_of([str(place.address) for place in places], workers, timeout)
    return {**common, "worker_class": Worker, "wsgi_app": str(found.root)}
