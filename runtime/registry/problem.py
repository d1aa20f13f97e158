"""What can be wrong with the files of a project, told with file, line and remedy, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `line` and `column` are 1-based, 0 when there is none to point at."""

    path: Path
    line: int
    message: str
    remedy: str = ""
    column: int = 0

    def __str__(self) -> str:
        place = ":".join([shown(self.path), *(str(number) for number in (self.line, self.column) if number)])
        return f"{place}: {self.message}" + (f"; {self.remedy}" if self.remedy else "")


class LoadError(Exception):
    """Entries cannot be loaded; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)


def shown(path: Path) -> str:
    """Give a path as people want to read it: relative when it is below the current directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
