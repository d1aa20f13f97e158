"""`file://` in entry files: a text that names a file stands for the file's content."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.registry.problem import Problem

if TYPE_CHECKING:
    from runtime.registry.document import Document, Steps

PREFIX = "file://"


@dataclass
class Inclusion:
    """Replaces the `file://` texts of one entry file.

    A path starts at the directory of the entry file, `file:///x` at `root`, the source directory; none may leave that.
    Afterwards `files` says what came from where, and `problems` what is wrong.
    """

    file: Path
    root: Path
    document: Document
    files: dict[Steps, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def expand(self, value: Any, path: Steps = ()) -> Any:
        """Copy a value with every `file://` text replaced."""
        if isinstance(value, dict):
            return {key: self.expand(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.expand(item, (*path, str(index))) for index, item in enumerate(value)]
        if isinstance(value, str) and value.startswith(PREFIX):
            return self.content(value, path)
        return value

    def content(self, reference: str, path: Steps) -> str:
        name = reference.removeprefix(PREFIX)
        target = self.root / name.lstrip("/") if name.startswith("/") else self.file.parent / name
        refused = self.refusal(reference, target)
        if refused is None:
            try:
                # Bytes that are not UTF-8 survive as lone surrogates, the form in which Lua strings take them back.
                text = target.read_bytes().decode("utf-8", "surrogateescape")
            except OSError as error:
                refused = (f"'{reference}' cannot be read: {error.strerror}", "check the file's permissions")
            else:
                self.files[path] = Path(os.path.normpath(target))
                return text
        self.problems.append(Problem(self.file, self.document.line(path), *refused))
        return ""

    def refusal(self, reference: str, target: Path) -> tuple[str, str] | None:
        """Say why a file may not be included, and the remedy; None when it may."""
        root = self.root.resolve()
        if "\0" in reference:
            return f"{reference!r} is not a file name", "remove the NUL character"
        if not target.resolve().is_relative_to(root):
            return f"'{reference}' leaves the source directory {self.root}", "move the file into it"
        if target.is_dir():
            return f"'{reference}' is a directory", "name a file in it"
        if not target.is_file():
            return (
                f"'{reference}' does not exist",
                f"create {target} or correct the path, which starts at {self.start(reference)}",
            )
        return None

    def start(self, reference: str) -> str:
        if reference.startswith(PREFIX + "/"):
            return "the source directory"
        return "the directory of this file (write file:///... to start at the source directory)"
