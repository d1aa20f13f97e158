"""Where modules are published: a directory of packs; the hub on the network has the same interface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from runtime.components.versions import Constraint, Version, VersionError
from runtime.components.wapp import digest_of

if TYPE_CHECKING:
    from pathlib import Path

_FILE = re.compile(r"(?P<module>[a-z0-9-]+?)-(?P<version>v?\d+\.\d+.*)\.wapp\Z")


class HubError(Exception):
    """A module that cannot be had; the text names it and says why."""


class Hub(Protocol):
    """Gives packs of modules."""

    def versions(self, name: str) -> list[str]:
        """List the versions of a module, the newest first."""

    def names(self) -> list[str]:
        """List the modules."""

    def fetch(self, name: str, version: str, target: Path) -> str:
        """Write the pack of a version to a file and give its digest."""


class DirectoryHub:
    """A directory with `organization/module-version.wapp` files."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise HubError(f"the registry {root} is no directory")
        self._root = root

    def _packs(self, name: str) -> dict[str, Path]:
        organization, _, module = name.partition("/")
        found = {}
        for path in (self._root / organization).glob(f"{module}-*.wapp"):
            match = _FILE.match(path.name)
            if match is not None and match["module"] == module:
                found[match["version"].removeprefix("v")] = path
        return found

    def versions(self, name: str) -> list[str]:
        """List the versions of a module, the newest first."""
        return sorted(self._packs(name), key=Version.read, reverse=True)

    def names(self) -> list[str]:
        """List the modules."""
        found = [(path.parent.name, _FILE.match(path.name)) for path in self._root.glob("*/*.wapp")]
        return sorted({f"{organization}/{match['module']}" for organization, match in found if match is not None})

    def fetch(self, name: str, version: str, target: Path) -> str:
        """Copy the pack of a version and give its digest."""
        path = self._packs(name).get(version.removeprefix("v"))
        if path is None:
            raise HubError(f"{self._root} has no version {version} of {name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".part")
        unfinished.write_bytes(path.read_bytes())
        unfinished.replace(target)
        return digest_of(target)


def open_hub(address: str) -> Hub:
    """Open a registry by its address, `file:///path`; raise HubError for one that cannot be used."""
    from pathlib import Path

    parts = urlsplit(address)
    if parts.scheme == "file":
        return DirectoryHub(Path(unquote(parts.path)))
    raise HubError(
        f"the registry '{address}' cannot be used: this runtime reads directories of packs, named as file:///path "
        "(--registry or WIPPY_REGISTRY)"
    )


def choose(hub: Hub, name: str, wanted: str) -> str:
    """Choose the newest version of a module in a range; raise HubError when there is none."""
    try:
        constraint = Constraint.read("*" if wanted in ("", "latest") else wanted)
    except VersionError as problem:
        raise HubError(f"{name}: {problem}") from None
    known = hub.versions(name)
    fitting = [version for version in known if constraint.allows(version)]
    released = [version for version in fitting if Version.read(version).released]
    if not fitting:
        there = f"; there are {', '.join(known)}" if known else ""
        raise HubError(f"no version of {name} fits '{wanted or '*'}'{there}")
    return (released or fitting)[0]
