"""Differences between texts and patches made of them, by Google's diff-match-patch."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

# What a step from one text to the other does: -1 removes, 0 keeps, 1 adds.
Step = tuple[int, str]
_COLOURS = {-1: "\x1b[31m{}\x1b[0m", 0: "{}", 1: "\x1b[32m{}\x1b[0m"}
_TAGS = {-1: "<del>{}</del>", 0: "{}", 1: "<ins>{}</ins>"}


@dataclass(frozen=True)
class Differ:
    """How differences are looked for; `timeout` in seconds, after which they may be coarser, 0 for never."""

    timeout: float = 1.0
    edit_cost: int = 4
    match_threshold: float = 0.5
    match_distance: int = 1000
    delete_threshold: float = 0.5
    margin: int = 4

    def compare(self, before: str, after: str) -> list[Step]:
        """Give the steps that a reader would see: whole words rather than letters that happen to be the same."""
        engine = self._engine()
        steps: list[Step] = engine.diff_main(before, after)
        engine.diff_cleanupSemantic(steps)
        return steps

    def patches(self, before: str, after: str) -> list[str]:
        """Make patches, each as text in the form that diff-match-patch reads."""
        return [str(patch) for patch in self._engine().patch_make(before, after)]

    def applied(self, patches: list[str], text: str) -> tuple[str, bool]:
        """Apply patches as far as they fit; tell whether all did."""
        engine = self._engine()
        read: list[Any] = []
        readable = True
        for patch in patches:
            try:
                read += engine.patch_fromText(patch)
            except ValueError:
                readable = False
        result, fitted = engine.patch_apply(read, text)
        return result, readable and all(fitted)

    def _engine(self) -> Any:
        from diff_match_patch import diff_match_patch

        engine: Any = diff_match_patch()
        engine.Diff_Timeout = self.timeout
        engine.Diff_EditCost = self.edit_cost
        engine.Match_Threshold = self.match_threshold
        engine.Match_Distance = self.match_distance
        engine.Patch_DeleteThreshold = self.delete_threshold
        engine.Patch_Margin = self.margin
        return engine


def as_terminal_text(steps: list[Step]) -> str:
    """Colour what was removed red and what was added green."""
    return "".join(_COLOURS[step].format(text) for step, text in steps)


def as_html(steps: list[Step]) -> str:
    """Mark what was removed with `del` and what was added with `ins`."""
    return "".join(_TAGS[step].format(html.escape(text, quote=False)) for step, text in steps)
