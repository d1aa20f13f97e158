"""The error of bad source text."""

from __future__ import annotations


class SourceError(Exception):
    """A mistake in Lua source: `line` is 1-based, `column` 0-based, `source_line` the text of that line.

    `name` is the chunk's name (an entry id, or a file); the text of the error reads `name:line:column: message`.
    """

    def __init__(self, message: str, name: str, line: int, column: int, source_line: str = "") -> None:
        super().__init__(f"{name}:{line}:{column + 1}: {message}")
        self.message = message
        self.name = name
        self.line = line
        self.column = column
        self.source_line = source_line

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str, int, int, str]]:
        """Pickle by the arguments, so that a build process can hand the error to its parent."""
        return SourceError, (self.message, self.name, self.line, self.column, self.source_line)

    def render(self, path: str | None = None) -> str:
        """Give `path:line:column: message`, the source line and a caret below the column."""
        head = f"{path or self.name}:{self.line}:{self.column + 1}: {self.message}"
        if not self.source_line.strip():
            return head
        shown = self.source_line.encode("latin-1").decode("utf-8", "replace")
        before = self.source_line[: self.column].encode("latin-1").decode("utf-8", "replace")
        pad = "".join("\t" if char == "\t" else " " for char in before)
        return f"{head}\n    {shown}\n    {pad}^"
