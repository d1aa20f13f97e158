"""A workbook, by openpyxl: made new or read from bytes; its cells as text. Nothing here knows Lua.

openpyxl is imported when it is first needed: that takes a tenth of a second. Every mistake is a WorkbookError. What
reads or writes all of a workbook is meant to run on a thread.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_UNPACKED = 1 << 30  # bytes of all the parts of a file
_MAX_ROW, _MAX_COLUMN = 1_048_576, 16_384
_MAX_TITLE = 31
_MAX_TEXT = 32_767
_BAD_TITLE = re.compile(r"[\\*?:/\[\]]")
# What openpyxl raises for files that are none, besides its own exceptions.
_BROKEN = (KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, zipfile.BadZipFile, SyntaxError)


class WorkbookError(Exception):
    """What cannot be done with a workbook, or is no workbook."""


class Workbook:
    """A workbook. One that was read is parsed when it must be: going through its rows does not need it."""

    def __init__(self, content: bytes | None = None) -> None:
        self._content = content
        self._book: Any = None
        self._values: Any = None
        if content is None:
            import openpyxl

            self._book = openpyxl.Workbook()
            self._book.active.title = "Sheet1"
        else:
            _check_package(content)

    @property
    def is_parsed(self) -> bool:
        """Tell whether its cells are at hand."""
        return self._book is not None

    def titles(self) -> list[str]:
        """Name the sheets."""
        return [str(title) for title in self._parsed().sheetnames]

    def add_sheet(self, title: str) -> int:
        """Make a sheet, unless there is one of that name; give its place, from 0."""
        if not title or len(title) > _MAX_TITLE or _BAD_TITLE.search(title):
            raise WorkbookError(
                f"a sheet cannot be called '{title}': use 1 to {_MAX_TITLE} characters, none of \\*?:/[]"
            )
        titles = self.titles()
        if title in titles:
            return titles.index(title)
        self._changed().create_sheet(title)
        return len(titles)

    def set(self, title: str, reference: str, value: str | float | bool | None) -> None:
        """Write a cell; text stays text, whatever it begins with."""
        from openpyxl.utils.exceptions import IllegalCharacterError

        sheet = self._sheet(title)
        row, column = _place(reference)
        cell = sheet.cell(row, column)
        try:
            cell.value = value[:_MAX_TEXT] if isinstance(value, str) else value
        except IllegalCharacterError:
            raise WorkbookError("a cell cannot hold control characters") from None
        if isinstance(value, str):
            cell.data_type = "s"  # otherwise "=1+1" would be a formula, and whose text it is nobody knows
        self._changed()

    def rows(self, title: str) -> list[list[str]]:
        """Give all rows as text, without what is empty at their ends and at the end of the sheet."""
        cells = self._sheet(title)._cells  # noqa: SLF001  (the public iterators make a cell for every gap)
        found: list[list[str]] = []
        for row, column in sorted(cells):
            text = self._text(title, cells[row, column])
            if text:
                found += [[] for _ in range(row - len(found))]
                line = found[row - 1]
                line += [""] * (column - 1 - len(line))
                line.append(text)
        return found

    def stream(self, title: str) -> Iterator[list[str]]:
        """Go through the rows one by one; of a file that was read and not changed, without holding it in memory."""
        if self._content is None:
            sheet = self._sheet(title)
            last = max((row for row, _ in sheet._cells), default=0)  # noqa: SLF001
            found = self.rows(title)
            return iter(found + [[] for _ in range(last - len(found))])
        book = _loaded(self._content, read_only=True)
        if title not in book.sheetnames:
            raise WorkbookError(f"there is no sheet '{title}'")
        return _streamed(book[title])

    def saved(self) -> bytes:
        """Write the workbook as a file."""
        from openpyxl.utils.exceptions import IllegalCharacterError

        written = io.BytesIO()
        try:
            self._parsed().save(written)
        except (*_BROKEN, IllegalCharacterError) as error:
            raise WorkbookError(f"cannot be written: {error}") from None
        return written.getvalue()

    def _parsed(self) -> Any:
        if self._book is None:
            assert self._content is not None
            self._book = _loaded(self._content, data_only=False)
        return self._book

    def _changed(self) -> Any:
        """Give the workbook to somebody who changes it: the file that it was read from counts no more."""
        book = self._parsed()
        if self._content is not None and self._values is None:
            self._values = self._content
        self._content = None
        return book

    def _sheet(self, title: str) -> Any:
        book = self._parsed()
        if title not in book.sheetnames:
            raise WorkbookError(f"there is no sheet '{title}'")
        return book[title]

    def _text(self, title: str, cell: Any) -> str:
        if cell.data_type != "f":
            return as_text(cell.value)
        return as_text(self._result(title, cell))

    def _result(self, title: str, cell: Any) -> Any:
        """Give what a formula came to when somebody last saved the file; nothing computes it here."""
        if self._values is None:
            if self._content is None:
                return None
            self._values = self._content
        if isinstance(self._values, bytes):
            self._values = _loaded(self._values, data_only=True)
        return self._values[title][cell.coordinate].value if title in self._values.sheetnames else None


def as_text(value: Any) -> str:
    """Give the text of a cell: TRUE and FALSE, numbers without needless zeros, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1 << 53 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return str(value)


def _streamed(sheet: Any) -> Iterator[list[str]]:
    try:
        for values in sheet.iter_rows(values_only=True):
            row = [as_text(value) for value in values]
            while row and not row[-1]:
                row.pop()
            yield row
    except _BROKEN as error:
        raise WorkbookError(f"is damaged: {error}") from None


def _place(reference: str) -> tuple[int, int]:
    from openpyxl.utils.cell import coordinate_to_tuple

    try:
        row, column = coordinate_to_tuple(reference.upper())
    except (ValueError, IndexError, KeyError):
        row = column = 0
    if not (1 <= row <= _MAX_ROW and 1 <= column <= _MAX_COLUMN):
        raise WorkbookError(f"'{reference}' is no cell: write it like A1")
    return row, column


def _check_package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
            known = "[Content_Types].xml" in package.namelist()
    except _BROKEN:
        raise WorkbookError("is no Excel file") from None
    if not known:
        raise WorkbookError("is no Excel file")
    if unpacked > MAX_UNPACKED:
        raise WorkbookError(f"is larger than {MAX_UNPACKED >> 20} MiB when unpacked")


def _loaded(content: bytes, *, read_only: bool = False, data_only: bool = True) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features of Excel that are not kept
            return openpyxl.load_workbook(io.BytesIO(content), read_only=read_only, data_only=data_only)
    except (*_BROKEN, InvalidFileException) as error:
        raise WorkbookError(f"is no Excel file that can be read: {error}") from None
