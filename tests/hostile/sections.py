"""Run the programs of a file one after another in this process, and tell of each how it ended.

A file holds sections: a line `--# name -> text` and the program below it, whose output or error must contain the text.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

_HEAD = re.compile(r"^--# (.+?) -> ?(.*)$", re.MULTILINE)


_SHOWN = 2000


class Section(NamedTuple):
    """A program and the text that its end must show."""

    name: str
    expected: str
    source: str


def sections(path: Path) -> list[Section]:
    """Split a file."""
    parts = _HEAD.split(path.read_text(encoding="utf-8"))
    return [Section(*(part.strip() for part in parts[at : at + 3])) for at in range(1, len(parts), 3)]


def main(path: Path) -> None:
    """Run each section; print a line of JSON before and after it."""
    from runtime.code.standalone import run
    from runtime.lua.errors import LuaError

    for section in sections(path):
        print(json.dumps({"begins": section.name}), flush=True)
        printed: list[str] = []
        started = time.perf_counter()
        try:
            run(section.source, section.name, [], printed.append)
        except LuaError as error:
            printed.append(f"error: {error}")
        shown = "".join(printed)
        shown = shown if len(shown) < 2 * _SHOWN else shown[:_SHOWN] + shown[-_SHOWN:]
        print(json.dumps({"ended": section.name, "shown": shown, "seconds": time.perf_counter() - started}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
