"""Storage in a file of lines `NAME=value` (env.storage.file)."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gevent.lock import BoundedSemaphore

from runtime.binding import Failure, Kind
from runtime.env.storage import Storage
from runtime.process.traps import run_outside

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE = re.compile(r"\s*(?:export\s+)?([^\s=#][^=]*?)\s*=\s*(.*)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'')
_COMMENT = re.compile(r"(?:^|\s)#.*")
T = TypeVar("T")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
# What stands in a line as it is; anything else is quoted.
_PLAIN = re.compile(r"[^\s\"'\\#]+(?: [^\s\"'\\#]+)*")


@dataclass(frozen=True)
class FileOptions:
    """Whether a missing file is made, and with which permissions."""

    auto_create: bool = False
    file_mode: int = 0o644
    dir_mode: int = 0o755


class FileStorage(Storage):
    """Reads the file anew each time, in a thread; a write replaces it as a whole and keeps its other lines."""

    def __init__(self, path: Path, options: FileOptions) -> None:
        self.path = path
        self.options = options
        self._writing = BoundedSemaphore(1)

    def get(self, name: str) -> str | None:
        """Give the value of the last line that has the name."""
        found = None
        for line in _io(self.path, self._lines):
            parsed = parse_line(line)
            if parsed is not None and parsed[0] == name:
                found = parsed[1]
        return found

    def set(self, name: str, value: str) -> None:
        """Change the line with the name, or add one."""
        if not re.fullmatch(r"[^\s=#][^=\n]*", name):
            raise Failure(Kind.INVALID, f"'{name}' cannot be the name of a line in {self.path.name}")
        with self._writing:
            _io(self.path, lambda: self._write(name, value))

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text("utf-8", "surrogateescape").splitlines()
        except FileNotFoundError:
            return []

    def _write(self, name: str, value: str) -> None:
        missing = not self.path.exists()
        if missing and not self.options.auto_create:
            raise FileNotFoundError(2, "the file does not exist; create it, or set auto_create: true")
        self.path.parent.mkdir(self.options.dir_mode, parents=True, exist_ok=True)
        lines = self._lines()
        kept = [line for line in lines if (parse_line(line) or ("",))[0] != name]
        place = next((index for index, line in enumerate(lines) if (parse_line(line) or ("",))[0] == name), len(kept))
        kept.insert(place, f"{name}={spell(value)}")
        mode = self.options.file_mode if missing else self.path.stat().st_mode & 0o777
        _replace(self.path, "\n".join(kept) + "\n", mode)


def parse_line(line: str) -> tuple[str, str] | None:
    """Read a line: name and value, None for a comment or what is no assignment.

    A value may stand in quotes; within double ones a backslash escapes. Outside quotes ` #` begins a comment.
    """
    if line.lstrip().startswith("#"):
        return None
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    name, value = match.groups()
    quoted = _QUOTED.match(value)
    if quoted is None:
        return name, _COMMENT.sub("", value, count=1).strip()
    if quoted[1] is None:
        return name, quoted[2]
    return name, re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), quoted[1])


def spell(value: str) -> str:
    """Write a value so that `parse_line` reads it back."""
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    for letter, character in _ESCAPES.items():
        escaped = escaped.replace(character, f"\\{letter}")
    return f'"{escaped}"'


def _replace(path: Path, text: str, mode: int) -> None:
    """Write a file so that a reader finds the old one or the new one, never half of it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            os.fchmod(file.fileno(), mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _io(path: Path, call: Callable[[], T]) -> T:
    try:
        return run_outside(call)  # type: ignore[no-any-return]
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise Failure(Kind.INTERNAL, f"cannot use the storage {path}: {reason}") from None
