"""The `excel` module: reading and writing workbooks of Excel (page lua/data/excel)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.text import decode, encode
from runtime.lua.args import type_name
from runtime.lua.stringlimit import MAX_STRING
from runtime.offload import offload
from runtime.spreadsheets.workbook import Workbook, WorkbookError
from stdlib.fs import File
from stdlib.stream import Stream

module = Module("excel", classes=("io", "encoding", "nondeterministic"))

_PIECE = 256 << 10
_MAX_BATCH = 10_000


@module.handle("excel.Rows")
class Cursor(Userdata):
    """Goes through the rows of a sheet."""

    __slots__ = ("_error", "_rows", "_workbook")

    def __init__(self, workbook: LuaWorkbook, rows: Iterator[list[str]]) -> None:
        self._workbook = workbook
        self._rows: Iterator[list[str]] | None = rows
        self._error: Failure | None = None

    @method(blocks=True)
    def read(self, count: int = 1) -> LuaValue:
        """Give up to so many rows; nil at the end of the sheet, again and again."""
        if self._error is not None:
            raise self._error
        if self._rows is None or self._workbook.is_closed:
            raise Failure(Kind.INTERNAL, "the cursor is closed")
        if count < 1:
            raise Failure(Kind.INVALID, f"the number of rows must be positive, got {count}")
        try:
            batch = worked(list, islice(self._rows, min(count, _MAX_BATCH)))
        except Failure as failure:
            self._error = failure
            raise
        return rows_table(batch) if batch else None

    @method
    def close(self) -> bool:
        """Let go of the sheet; once more does no harm."""
        self._rows = None
        return True


@module.handle("excel.Workbook")
class LuaWorkbook(Userdata):
    """A workbook in Lua's hands, until it is closed."""

    __slots__ = ("_workbook",)

    def __init__(self, workbook: Workbook) -> None:
        self._workbook: Workbook | None = workbook

    @property
    def is_closed(self) -> bool:
        """Tell whether it was closed."""
        return self._workbook is None

    @method(blocks=True)
    def new_sheet(self, name: Text) -> int:
        """Make a sheet, unless there is one of that name; give its place, from 0."""
        return int(worked(self._open().add_sheet, name))

    @method(blocks=True)
    def get_sheet_list(self) -> Table:
        """Name the sheets."""
        return Table.from_list([encode(title) for title in worked(self._open().titles)])

    @method(blocks=True)
    def set_cell_value(self, sheet: Text, cell: Text, value: LuaValue = None) -> LuaValue:
        """Write a string, number or boolean into a cell such as A1; nil empties it. Gives the error if there is one."""
        return failure_of(lambda: self._set(sheet, cell, value))

    @method(blocks=True)
    def get_rows(self, sheet: Text) -> Table:
        """Give all rows as lists of strings."""
        return rows_table(worked(self._open().rows, sheet))

    @method(blocks=True)
    def rows(self, sheet: Text) -> Cursor:
        """Give a cursor that goes through the rows, in memory that does not depend on their number."""
        return Cursor(self, worked(self._open().stream, sheet))

    @method(blocks=True)
    def write_to(self, writer: LuaValue = None) -> LuaValue:
        """Write the workbook to an open file. Gives the error, if there is one."""
        return failure_of(lambda: self._write(writer))

    @method
    def close(self) -> None:
        """Let go of the workbook; once more does no harm."""
        self._workbook = None

    def _set(self, sheet: str, cell: str, value: LuaValue) -> None:
        workbook = self._open()
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            raise Failure(Kind.INVALID, "a cell cannot hold a number that is none")
        if value is not None and not isinstance(value, (str, int, float)):
            raise Failure(Kind.INVALID, f"a cell holds a string, a number or a boolean, not a {type_name(value)}")
        arguments = (sheet, cell, decode(value) if isinstance(value, str) else value)
        if not workbook.is_parsed:
            worked(workbook.set, *arguments)
            return
        try:  # PERF: a cell takes 7 us here, 39 us when each goes to a thread
            workbook.set(*arguments)
        except WorkbookError as error:
            raise refused(error) from None

    def _write(self, writer: LuaValue) -> None:
        workbook = self._open()
        if not isinstance(writer, File):
            raise Failure(Kind.INTERNAL, f"cannot write to a {type_name(writer)}: give a file that is open for writing")
        writer.put(worked(workbook.saved))

    def _open(self) -> Workbook:
        if self._workbook is None:
            raise Failure(Kind.INTERNAL, "the workbook is closed")
        return self._workbook


def worked(work: Callable[..., Any], *arguments: object) -> Any:
    """Work on a thread; what a workbook refuses is Internal."""
    try:
        return offload(work, *arguments)
    except WorkbookError as error:
        raise refused(error) from None


def refused(error: WorkbookError) -> Failure:
    """Make the failure of what a workbook refuses."""
    return Failure(Kind.INTERNAL, f"the workbook: {error}")


def failure_of(work: Callable[[], None]) -> LuaValue:
    """Give the error of work that failed, nil for work that is done."""
    try:
        work()
    except Failure as failure:
        return failure.to_error()
    return None


def rows_table(rows: list[list[str]]) -> Table:
    """Make the table of rows."""
    return Table.from_list([Table.from_list([encode(text) for text in row]) for row in rows])


@module.function(blocks=True)
def new() -> LuaWorkbook:
    """Make a workbook with one sheet, Sheet1."""
    return LuaWorkbook(worked(Workbook))


@module.function(blocks=True)
def open(reader: LuaValue = None) -> LuaWorkbook:
    """Read a workbook from an open file or a stream."""
    if not isinstance(reader, (File, Stream)):
        raise Failure(Kind.INTERNAL, f"cannot read from a {type_name(reader)}: give an open file or a stream")
    pieces: list[bytes] = []
    size = 0
    while piece := reader.take(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_STRING:
            raise Failure(Kind.INTERNAL, f"the workbook is larger than {MAX_STRING >> 20} MiB")
    return LuaWorkbook(worked(Workbook, b"".join(pieces)))
