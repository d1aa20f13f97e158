"""Writing `wippy.lock`: modules sorted by name, everything else as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.project import LockedModule


def write_modules(path: Path, modules: list[LockedModule]) -> None:
    """Replace the modules of a lock file."""
    content: dict[str, Any] = yaml.safe_load(path.read_text()) or {}
    content["modules"] = [
        {"name": module.name, "version": module.version, **({"hash": module.hash} if module.hash else {})}
        for module in sorted(modules, key=lambda module: module.name)
    ]
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(yaml.safe_dump(content, sort_keys=False))
    unfinished.replace(path)
