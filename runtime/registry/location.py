"""Where in its file a value of an entry stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.registry.document import Document, DocumentError, read_document
from runtime.registry.problem import shown

if TYPE_CHECKING:
    from runtime.registry.document import Steps
    from runtime.registry.entry import Entry


def locate(entry: Entry, path: str = "") -> str:
    """Give the file and line of a dotted path in the data (or of `meta.x`), as `src/_index.yaml:12`.

    For a value that is not there, give the line of what should hold it; for an entry of no file, nothing. The file is
    read again, so this is for messages only.
    """
    if entry.origin is None:
        return ""
    line = entry.origin.line
    try:
        document = read_document(entry.origin.file)
    except DocumentError:
        return f"{shown(entry.origin.file)}:{line}"
    base = _steps_of(document, line)
    steps = path.split(".") if path else []
    while steps:
        for candidate in ((*base, *steps), (*base, "data", *steps)):
            if candidate in document.lines:
                return f"{shown(entry.origin.file)}:{document.lines[candidate]}"
        steps.pop()
    return f"{shown(entry.origin.file)}:{line}"


def _steps_of(document: Document, line: int) -> Steps:
    """Give the path of the list item that begins at a line; the empty path when the file is one entry."""
    items = (steps for steps, at in document.lines.items() if at == line and len(steps) == 2 and steps[0] == "entries")
    return next(items, ())
