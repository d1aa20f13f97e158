"""`wippy.yaml`: what a module says of itself, and which of its entries others get (guides/publishing)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.registry.document import DocumentError, read_document
from runtime.registry.patterns import fits
from runtime.registry.problem import LoadError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runtime.registry.entry import Entry

MANIFEST = "wippy.yaml"


@dataclass(frozen=True)
class Manifest:
    """A manifest; one that is not there leaves nothing out.

    `exclude` are patterns `namespace:name`, `exclude_meta` the values of a field of the metadata whose entries are left
    out. `fields` is all of the file.
    """

    exclude: Sequence[str] = ()
    exclude_meta: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    version: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> Manifest:
        """Read the manifest of a module's directory; raise LoadError for one that cannot be read."""
        path = directory / MANIFEST
        if not path.is_file():
            return cls()
        try:
            document = read_document(path)
        except DocumentError as error:
            raise LoadError([Problem(path, error.line, error.message, error.remedy, error.column)]) from None
        fields = document.value
        if not isinstance(fields, dict):
            raise LoadError([Problem(path, 1, "a manifest is a mapping", "begin with `organization:` and `module:`")])
        exclude, meta = fields.get("exclude") or [], fields.get("exclude_meta") or {}
        if not isinstance(exclude, list):
            raise LoadError([Problem(path, document.line(("exclude",)), "'exclude' must be a list", "write `- a:b`")])
        if not isinstance(meta, dict):
            line = document.line(("exclude_meta",))
            raise LoadError([Problem(path, line, "'exclude_meta' must be a mapping", "write `type: [test]`")])
        return cls(
            [pattern for pattern in exclude if isinstance(pattern, str)],
            {str(name): value if isinstance(value, list) else [value] for name, value in meta.items()},
            str(fields.get("version") or ""),
            fields,
        )

    def accepts(self, entry: Entry) -> bool:
        """Tell whether others get an entry."""
        return not (
            any(_names(pattern, entry) for pattern in self.exclude)
            or any(_has(entry.meta.get(name), values) for name, values in self.exclude_meta.items())
        )


def _names(pattern: str, entry: Entry) -> bool:
    """Tell whether a pattern with a colon names an entry; one without is about files, and counts when packing."""
    namespace, colon, name = pattern.partition(":")
    return bool(colon) and fits(namespace, entry.id.ns) and fits(name, entry.id.name)


def _has(actual: Any, values: Sequence[Any]) -> bool:
    given = actual if isinstance(actual, list) else [actual]
    return any(str(one) == str(value) for one in given if one is not None for value in values)
