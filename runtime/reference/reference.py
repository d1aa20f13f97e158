"""All pages of the reference: of our own modules and kinds, and of those of installed packages."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from runtime.node import ALWAYS, HANDLERS, load_modules
from runtime.reference import pages
from runtime.registry.kinds import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.registry.kinds import KindHandler


def kinds() -> dict[str, type[KindHandler]]:
    """Give the handler of every kind."""
    handlers = [*HANDLERS, *(point.load() for point in entry_points(group=ENTRY_POINT_GROUP))]
    return {kind: handler for handler in handlers for kind in handler.kinds}


def reference() -> dict[str, str]:
    """Give all pages by their paths, such as `modules/sql.md`."""
    modules, handlers = load_modules(), kinds()
    made = {"README.md": pages.index_page(modules, handlers), "kinds/lifecycle.md": pages.lifecycle_page()}
    for name, module in modules.items():
        made[f"modules/{name}.md"] = pages.module_page(module, always=name in ALWAYS)
    for kind, handler in handlers.items():
        made[f"kinds/{kind}.md"] = pages.kind_page(kind, handler)
    return made


def write(directory: Path) -> tuple[int, int]:
    """Write all pages, and remove those of what is gone; give how many were written and removed."""
    made = reference()
    gone = [path for path in directory.rglob("*.md") if path.relative_to(directory).as_posix() not in made]
    for path in gone:
        path.unlink()
    for name, text in made.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(made), len(gone)
