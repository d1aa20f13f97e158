"""Entries from files: every YAML and JSON file with a namespace below a directory."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.registry.document import Document, DocumentError, read_document
from runtime.registry.entry import Entry, EntryId, Origin
from runtime.registry.inclusion import Inclusion
from runtime.registry.problem import Problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from runtime.registry.document import Steps

log = logging.getLogger("wippy.registry")

SUFFIXES = (".yaml", ".yml", ".json")
_STRUCTURE = frozenset({"name", "kind", "meta", "data"})
_FILE_STRUCTURE = _STRUCTURE | {"namespace", "version", "entries", "requirements"}


@dataclass
class EntryReader:
    """Collects entries and problems over all files; a later definition of an id replaces an earlier one.

    `skipped` are directories that are not looked into. `tags` are metadata that every entry gets from now on, and
    `accepts` tells which entries are taken.
    """

    skipped: Sequence[Path] = ()
    tags: Mapping[str, Any] = field(default_factory=dict)
    accepts: Callable[[Entry], bool] = field(default=lambda _: True)
    entries: dict[EntryId, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read_tree(self, root: Path) -> None:
        """Read all files below a directory, from which `file://` may not lead out."""
        root = Path(os.path.normpath(root))
        for path in self.entry_files(root):
            try:
                document = read_document(path)
            except DocumentError as error:
                self.problems.append(Problem(path, error.line, error.message, error.remedy, error.column))
                continue
            if isinstance(document.value, dict) and document.value.get("namespace"):
                self.read_file(EntryFile(path, root, document))

    def entry_files(self, directory: Path) -> Iterator[Path]:
        """Yield the files below a directory that may hold entries, in the order of their names."""
        try:
            items = sorted(directory.iterdir(), key=lambda path: path.name)
        except OSError as error:
            self.problems.append(Problem(directory, 0, f"cannot be read: {error.strerror}", "check its permissions"))
            return
        for item in items:
            if item.is_dir() and not item.is_symlink():
                if item.name != "node_modules" and item.resolve() not in self.skipped:
                    yield from self.entry_files(item)
            elif item.suffix in SUFFIXES and item.is_file():
                yield item

    def read_file(self, file: EntryFile) -> None:
        entries = file.read()
        self.problems.extend(file.problems)
        if not file.problems:
            self.take(entries)

    def take(self, entries: Sequence[Entry]) -> None:
        """Add entries, each in the place of an earlier one of its id."""
        for read in entries:
            entry = replace(read, meta={**read.meta, **self.tags}) if self.tags else read
            if not self.accepts(entry):
                continue
            earlier = self.entries.pop(entry.id, None)
            if earlier is not None:
                log.warning("%s is defined twice: %s replaces %s", entry.id, _place(entry), _place(earlier))
            self.entries[entry.id] = entry


def _place(entry: Entry) -> str:
    return f"{shown(entry.origin.file)}:{entry.origin.line}" if entry.origin else "(no file)"


@dataclass
class EntryFile:
    """One file with a namespace: a list of `entries`, or one entry at the top level."""

    path: Path
    root: Path
    document: Document
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> list[Entry]:
        """Make the entries of the file; what is wrong is added to `problems`."""
        inclusion = Inclusion(self.path, self.root, self.document)
        content = inclusion.expand(self.document.value)
        self.problems.extend(inclusion.problems)
        self.files = inclusion.files
        namespace = self.text(content, "namespace", ())
        common = self.mapping(content, "meta", ())
        items = content.get("entries")
        if items is not None and not isinstance(items, list):
            self.wrong(("entries",), "'entries' must be a list", "begin each entry with `- name:`")
            return []
        if items:
            made = [self.entry(namespace, common, ("entries", str(index)), item) for index, item in enumerate(items)]
            return [entry for entry in made if entry is not None]
        if "name" in content and "kind" in content:
            single = self.entry(namespace, {}, (), content)
            return [single] if single else []
        return []

    def entry(self, namespace: str, common: Mapping[str, Any], where: Steps, item: Any) -> Entry | None:
        if not isinstance(item, dict):
            self.wrong(where, "an entry must be a mapping", "give it `name:` and `kind:`")
            return None
        before = len(self.problems)
        name, kind = self.text(item, "name", where), self.text(item, "kind", where)
        meta = {**common, **self.mapping(item, "meta", where)}
        if len(self.problems) > before:
            return None
        structure = _STRUCTURE if where else _FILE_STRUCTURE
        data = item["data"] if "data" in item else {key: value for key, value in item.items() if key not in structure}
        return Entry(EntryId(namespace, name), kind, meta, data, self.origin(where, item))

    def origin(self, where: Steps, item: Mapping[str, Any]) -> Origin:
        depth = len(where)
        files: dict[str, Path] = {}
        for steps, path in self.files.items():
            inner = steps[depth:]
            if steps[:depth] == where and inner and inner[0] != "entries":
                files[".".join(inner[1:] if inner[0] == "data" and "data" in item else inner)] = path
            elif steps[0] == "meta":  # the file's own metadata, which every entry has
                files.setdefault(".".join(steps), path)
        return Origin(self.path, self.document.line(where), files)

    def text(self, mapping: Mapping[str, Any], key: str, where: Steps) -> str:
        value = mapping.get(key)
        if isinstance(value, str) and value:
            return value
        if value is None or value == "":
            self.wrong(where, f"the entry has no '{key}'", f"add `{key}:`")
        else:
            self.wrong((*where, key), f"'{key}' must be text, not {value!r}", f'write it in quotes: {key}: "{value}"')
        return ""

    def mapping(self, mapping: Mapping[str, Any], key: str, where: Steps) -> Mapping[str, Any]:
        value = mapping.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(
                (*where, key),
                f"'{key}' must be a mapping",
                f"write `{key}:` and below it, indented, `key: value` lines",
            )
            return {}
        return value

    def wrong(self, where: Steps, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, self.document.line(where), message, remedy))
