"""A measured figure beside its bar, as a line for people or as JSON."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and the bar: a value to stay below, or with `at_least` one to reach."""

    name: str
    value: float
    unit: str
    bar: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether the bar is met."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def line(self) -> str:
        """Give a line of the report."""
        digits = 0 if self.bar >= 100 else 2
        word = "at least" if self.at_least else "at most"
        verdict = "holds" if self.holds else "MISSED"
        return f"{self.name:<46}{self.value:>8.{digits}f} {self.unit:<8}  bar: {word} {self.bar:g}, {verdict}"

    def as_dict(self) -> dict[str, object]:
        """Give all of it for JSON."""
        return {**asdict(self), "holds": self.holds}


def arguments(description: str) -> argparse.Namespace:
    """Read the command line of a script that measures one figure."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a line")
    return parser.parse_args()


def report(figure: Figure, *, as_json: bool) -> None:
    """Print a figure."""
    print(json.dumps(figure.as_dict()) if as_json else figure.line())
