"""Splitting Markdown into chunks that keep its structure: headings go with what stands below them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from runtime.text.splitter import SEPARATORS, Splitter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_REFERENCE = re.compile(r"\[[^\]]*\]\[([^\]]*)\]|\[([^\]]+)\](?![\[(:])")


@dataclass(frozen=True)
class _Block:
    """A block on the top level: what it is, its source, and how deep a heading is."""

    kind: str
    text: str
    level: int = 0


@dataclass(frozen=True)
class MarkdownSplitter:
    """Splits Markdown at its headings and blocks; a block that is too large is split as text.

    `code_blocks` keeps blocks of code whole whatever their size, `join_table_rows` packs rows of a table together under
    its head, which otherwise goes with every single row. `heading_hierarchy` puts all headings above a chunk over it,
    otherwise only the nearest. `reference_links` adds the definitions of the links that a chunk refers to.
    """

    size: int = 512
    overlap: int = 100
    separators: tuple[str, ...] = SEPARATORS
    code_blocks: bool = False
    reference_links: bool = False
    heading_hierarchy: bool = False
    join_table_rows: bool = False

    def split(self, text: str) -> list[str]:
        """Give the chunks of a document."""
        references: dict[str, object] = {}
        tokens = _language().parse(text, references)
        blocks = list(_blocks(tokens, text.splitlines()))
        chunks = list(self._chunks(blocks))
        return self._with_links(chunks, references) if self.reference_links else chunks

    def _chunks(self, blocks: list[_Block]) -> Iterator[str]:
        headings: list[_Block] = []
        pending: list[str] = []
        used = True  # whether the headings have been written above anything
        for block in blocks:
            if block.kind == "heading":
                yield from self._packed(headings, pending, bare=not used)
                pending = []
                headings = [outer for outer in headings if outer.level < block.level] + [block]
                used = False
            else:
                pending += self._pieces(block, headings)
                used = True
        yield from self._packed(headings, pending, bare=not used)

    def _packed(self, headings: list[_Block], pieces: list[str], *, bare: bool) -> Iterator[str]:
        """Pack pieces that stand below the same headings; headings with nothing below them stay, too."""
        title = self._title(headings)
        if not pieces:
            if bare and title:
                yield title
            return
        packed = pieces[0]
        for piece in pieces[1:]:
            if len(title) + len(packed) + len(piece) + 2 > self.size:
                yield f"{title}\n{packed}".strip()
                packed = piece
            else:
                packed += f"\n\n{piece}"
        yield f"{title}\n{packed}".strip()

    def _title(self, headings: list[_Block]) -> str:
        shown = headings if self.heading_hierarchy else headings[-1:]
        return "\n".join(heading.text for heading in shown)

    def _pieces(self, block: _Block, headings: list[_Block]) -> list[str]:
        """Cut a block into pieces that fit below its headings."""
        room = max(self.size - len(self._title(headings)) - 1, 1)
        if block.kind == "table":
            return self._rows(block.text, room)
        if len(block.text) <= room or (self.code_blocks and block.kind in ("fence", "code_block")):
            return [block.text]
        return Splitter(room, min(self.overlap, room // 2), self.separators).split(block.text)

    def _rows(self, table: str, room: int) -> list[str]:
        head, rows = table.splitlines()[:2], table.splitlines()[2:]
        pieces: list[list[str]] = []
        for row in rows:
            full = pieces and len("\n".join([*head, *pieces[-1], row])) > room
            if not pieces or full or not self.join_table_rows:
                pieces.append([])
            pieces[-1].append(row)
        return ["\n".join([*head, *piece]) for piece in pieces] or [table]

    def _with_links(self, chunks: list[str], references: dict[str, object]) -> list[str]:
        known = references.get("references")
        if not isinstance(known, dict):
            return chunks
        return [chunk + _definitions(chunk, known) for chunk in chunks]


@lru_cache(maxsize=1)
def _language() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _definitions(chunk: str, known: dict[str, dict[str, str]]) -> str:
    labels = {(label or short).upper() for label, short in _REFERENCE.findall(chunk)}
    lines = [f"[{label.lower()}]: {known[label]['href']}" for label in sorted(labels & known.keys())]
    return "".join(f"\n{line}" for line in lines)


def _blocks(tokens: list[Token], lines: list[str]) -> Iterator[_Block]:
    """List the blocks on the top level, each with its lines."""
    for token in tokens:
        if token.level or token.map is None or token.nesting < 0:
            continue
        source = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
        kind = token.type.removesuffix("_open")
        yield _Block(kind, source, int(token.tag[1:]) if kind == "heading" else 0)
