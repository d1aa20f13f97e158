"""Splitting text into chunks of a size, at the best places: paragraphs, then lines, then words, then anywhere."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SEPARATORS = ("\n\n", "\n", " ", "")


@dataclass(frozen=True)
class Splitter:
    """Splits text by separators, the coarsest first.

    Sizes are in characters. Chunks are at most `size` long, unless a piece holds none of the separators. Neighbours
    share up to `overlap` characters, in whole pieces.
    """

    size: int = 512
    overlap: int = 100
    separators: tuple[str, ...] = SEPARATORS
    keep_separator: bool = False

    def split(self, text: str) -> list[str]:
        """Give the chunks of a text, without white space around them."""
        return self._split(text, self.separators)

    def _split(self, text: str, separators: tuple[str, ...]) -> list[str]:
        separator, finer = _choose(text, separators)
        pieces = _cut(text, separator, keep=self.keep_separator)
        glue = "" if self.keep_separator else separator
        chunks: list[str] = []
        fitting: list[str] = []
        for piece in pieces:
            if len(piece) < self.size or not separator:
                fitting.append(piece)
                continue
            chunks += self._joined(fitting, glue)
            fitting = []
            chunks += self._split(piece, finer) if finer else [piece]
        return chunks + self._joined(fitting, glue)

    def _joined(self, pieces: list[str], glue: str) -> list[str]:
        """Put small pieces together until a chunk is full, and begin the next with the last of them."""
        chunks: list[str] = []
        window: deque[str] = deque()
        total = 0  # length of the window, joined
        for piece in pieces:
            added = len(piece) + (len(glue) if window else 0)
            if window and total + added > self.size:
                chunks.append(glue.join(window).strip())
                while window and (total > self.overlap or total + len(piece) + len(glue) > self.size):
                    total -= len(window.popleft()) + (len(glue) if window else 0)
                added = len(piece) + (len(glue) if window else 0)
            window.append(piece)
            total += added
        chunks.append(glue.join(window).strip())
        return [chunk for chunk in chunks if chunk]


def _choose(text: str, separators: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Give the first separator that the text holds, and those behind it."""
    for index, separator in enumerate(separators):
        if separator in text:
            return separator, separators[index + 1 :]
    return separators[-1], ()


def _cut(text: str, separator: str, *, keep: bool) -> list[str]:
    """Cut at a separator, which stays at the head of the piece behind it when kept; at "" after every character."""
    if not separator:
        return list(text)
    first, *others = text.split(separator)
    return [first, *(separator + other if keep else other for other in others)]
