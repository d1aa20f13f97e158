"""A plugin for coverage.py that measures Lua: `plugins = runtime.code.coverage` in its configuration.

Code objects of Lua are named after entries, not files, so coverage asks here which file they are from. Entries whose
code stands in YAML have no file of their own and are left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from coverage import CoveragePlugin, FileReporter, FileTracer

from compiler.pipeline import compile_chunk
from runtime.code.sources import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage.plugin_support import Plugins
    from coverage.types import TConfigSectionOut


class LuaPlugin(CoveragePlugin):
    """Tells coverage about Lua files."""

    def file_tracer(self, filename: str) -> FileTracer | None:
        """Give what traces a chunk; coverage has put the current directory in front of its name."""
        file = file_of(os.path.basename(filename))  # noqa: PTH119  (an entry id is no path)
        return LuaTracer(str(file.resolve())) if file is not None else None

    def file_reporter(self, filename: str) -> FileReporter:
        """Give what knows which lines of a file could run."""
        return LuaReporter(filename)


class LuaTracer(FileTracer):
    """Maps the code of one chunk to its file."""

    def __init__(self, file: str) -> None:
        self.file = file

    def source_filename(self) -> str:
        """Give the file."""
        return self.file


class LuaReporter(FileReporter):
    """Knows the lines of a file that code was made of."""

    def lines(self) -> set[int]:
        """List the lines that could run."""
        source = Path(self.filename).read_bytes().decode("latin-1")
        text = source.split("\n")
        code = compile_chunk(source, Path(self.filename).name).code
        # A chunk begins on its first line and a function ends on its last, whatever stands there.
        return {line for line in _lines(code) if line <= len(text) and not _is_idle(text[line - 1].strip())}

    def source(self) -> str:
        """Give the text for the HTML report."""
        return Path(self.filename).read_text(encoding="utf-8", errors="replace")


def _lines(code: CodeType) -> Iterator[int]:
    """Iterate over the lines of a function and those in it."""
    yield from (line for _, _, line in code.co_lines() if line)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant)


def _is_idle(line: str) -> bool:
    return line.rstrip("),;}") in ("", "end", "else") or line.startswith("--")


def coverage_init(reg: Plugins, _options: TConfigSectionOut | Any) -> None:
    """Register with coverage."""
    reg.add_file_tracer(LuaPlugin())
