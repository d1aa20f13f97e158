"""The `archive` module: zip and tar, in bounded memory (page lua/data/archive)."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from runtime.archives.entry import DIRECTORY, FILE, Budget, Entry, Limits, safe_path, understood
from runtime.archives.reading import FORMATS, SNIFFED, ZIP, Archive, Readable, format_of, opened, scanned
from runtime.archives.writing import Attributes, Writer, in_memory
from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.demand import integer_option, text_option
from runtime.binding.text import encode, from_bytes, to_bytes
from runtime.files.directory import Directory
from runtime.lua.args import type_name
from runtime.lua.calls import first, invoke
from runtime.offload import offload
from runtime.process.access import permit
from runtime.process.current import on_exit
from stdlib.fs import File, Volume
from stdlib.stream import Stream

module = Module(
    "archive",
    classes=("io", "encoding", "nondeterministic"),
    permissions={
        "archive.read": "empty",
        "archive.write": "empty",
    },
)

_SPOOLED = 1 << 20  # bytes of a stream that are kept in memory before they go to a temporary file


class _Content:
    """What comes out of an entry, read on a thread and counted; stale when a walk has gone on."""

    def __init__(self, content: Readable, budget: Budget, is_current: Callable[[], bool], *, here: bool) -> None:
        self._content = content
        self._budget = budget
        self._is_current = is_current
        self._here = here  # what comes from a stream is read by the one who waits for it

    def read(self, size: int) -> bytes:
        """Read up to so many bytes."""
        if not self._is_current():
            raise Failure(Kind.INTERNAL, "the entry is gone: its archive was closed, or the walk has gone on")
        with understood():
            data = self._content.read(size) if self._here else offload(self._content.read, size)
        self._budget.spend(len(data))
        return data


@module.handle("archive.Reader")
class Reader(Userdata):
    """An archive whose entries can be read in any order."""

    __slots__ = ("_archive", "_budget", "_forget", "_open")

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        self._budget = Budget(limits)
        self._open = True
        self._forget = on_exit(archive.close)

    @method
    def entries(self) -> LuaValue:
        """Give an iterator over what is known of the entries."""
        self._demand_open()
        remaining = iter(list(self._archive.entries.values()))

        def following(*_: LuaValue) -> LuaValue:
            entry = next(remaining, None)
            return None if entry is None else entry_table(entry)

        return following

    @method
    def stat(self, name: Text) -> Table:
        """Tell what is known of an entry."""
        return entry_table(self._entry(name))

    @method(blocks=True)
    def read(self, name: Text) -> LuaValue:
        """Give the content of a small entry; Invalid for one beyond `max_inline_bytes`."""
        entry = self._entry(name)
        limits = self._budget.limits
        if entry.size > limits.inline:
            raise Failure(Kind.INVALID, f"'{name}' has more than {limits.inline} bytes: use stream() or extract()")
        content = self._content(entry)
        pieces: list[bytes] = []
        while piece := content.read(limits.buffer):
            pieces.append(piece)
        return from_bytes(b"".join(pieces))

    @method(blocks=True)
    def stream(self, name: Text) -> Stream:
        """Give an entry as a stream, which unpacks as it is read."""
        entry = self._entry(name)
        return Stream(self._content(entry), entry.size)

    @method(blocks=True)
    def extract(self, name: Text, volume: Volume, path: Text | None = None) -> bool:
        """Write an entry to a volume, under its own name or another."""
        entry = self._entry(name)
        self._extract(entry, volume, volume.place(f"/{safe_path(name)}" if path is None else path))
        return True

    @method(blocks=True)
    def extract_all(self, volume: Volume, options: Table | None = None) -> int:
        """Write all files and directories to a volume; give their number. Links are left out."""
        prefix = text_option(options, "prefix") or ""
        strip = integer_option(options, "strip", 0)
        chosen = None if options is None else options.get("filter")
        count = 0
        self._demand_open()
        # All names are looked at before anything is written.
        places = [(entry, safe_path(entry.name, strip)) for entry in self._archive.entries.values()]
        for entry, path in places:
            if not path or entry.type not in (FILE, DIRECTORY):
                continue
            if chosen is not None and first(invoke(chosen, (entry_table(entry),))) in (None, False):
                continue
            self._extract(entry, volume, volume.place(f"/{prefix}{path}"))
            count += 1
        return count

    @method(blocks=True)
    def close(self) -> bool:
        """Let go of the archive; once more does no harm."""
        if self._open:
            self._open = False
            self._forget()
            offload(self._archive.close)
        return True

    def _extract(self, entry: Entry, volume: Volume, place: str) -> None:
        directory = volume.directory
        if entry.type == DIRECTORY:
            offload(_make_directories, directory, place)
            return
        content = self._content(entry)
        offload(_make_directories, directory, place.rpartition("/")[0])
        file = offload(directory.open, place, "w")
        try:
            while piece := content.read(self._budget.limits.buffer):
                offload(file.write, piece)
        finally:
            file.close()

    def _content(self, entry: Entry) -> _Content:
        if entry.type != FILE:
            raise Failure(Kind.INVALID, f"'{entry.name}' is no file")
        self._budget.check(entry)
        return _Content(offload(self._archive.open, entry.name), self._budget, lambda: self._open, here=False)

    def _entry(self, name: str) -> Entry:
        self._demand_open()
        entry = self._archive.entries.get(name)
        if entry is None:
            raise Failure(Kind.NOT_FOUND, f"the archive has no entry '{name}'")
        return entry

    def _demand_open(self) -> None:
        if not self._open:
            raise Failure(Kind.INVALID, "the archive is closed")


def _make_directories(directory: Directory, place: str) -> None:
    """Make a directory and those that it is in, as far as they are missing."""
    made = ""
    for part in place.strip("/").split("/") if place.strip("/") else ():
        made += f"/{part}"
        try:
            directory.make_directory(made)
        except Failure as failure:
            if failure.kind != Kind.ALREADY_EXISTS:
                raise


@module.handle("archive.Walker")
class Walker(Userdata):
    """An archive that comes as a stream: each entry can be read until the next one comes."""

    __slots__ = ("_budget", "_current", "_entries")

    def __init__(self, entries: Iterator[tuple[Entry, Readable | None]], limits: Limits) -> None:
        self._entries = entries
        self._budget = Budget(limits)
        self._current = 0

    @method
    def walk(self) -> LuaValue:
        """Give an iterator over `entry, stream`; the stream of what is no file is at its end."""

        def following(*_: LuaValue) -> LuaValue:
            self._current += 1
            place = self._current
            found = next(self._entries, None)
            if found is None:
                return None
            entry, content = found
            if content is not None:
                self._budget.check(entry)
            source = _Content(content or io.BytesIO(), self._budget, lambda: self._current == place, here=True)
            return entry_table(entry), Stream(source, entry.size)

        return _blocking(following)

    @method
    def close(self) -> bool:
        """Read no more; once more does no harm."""
        self._current += 1
        self._entries = iter(())
        return True


def _blocking(following: Callable[..., LuaValue]) -> LuaValue:
    """Make an iterator a function of the module: failures are raised as Lua errors, and processes take turns."""
    walking = Module("archive.walking")
    walking.function(name="next", blocks=True, raises=True)(following)
    return walking.members["next"]


@module.handle("archive.Writer")
class LuaWriter(Userdata):
    """An archive that is being written."""

    __slots__ = ("_forget", "_open", "_writer")

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._open = True
        self._forget = on_exit(writer.close)

    @method(blocks=True)
    def add(self, name: Text, data: LuaValue = None, options: Table | None = None) -> bool:
        """Add a file: a string, a stream or an open file."""
        attributes = self._attributes(options)
        if isinstance(data, str):
            content, size = in_memory(to_bytes(data))
            offload(self._writer.add, safe_path(name), content, size, attributes)
            return True
        if not isinstance(data, (Stream, File)):
            raise Failure(Kind.INVALID, f"data must be a string, a stream or a file, got {type_name(data)}")
        self._spool(safe_path(name), data.take, attributes)
        return True

    @method(blocks=True)
    def add_file(self, name: Text, volume: Volume, path: Text, options: Table | None = None) -> bool:
        """Add a file of a volume."""
        attributes = self._attributes(options)
        place = volume.place(path)
        with offload(volume.directory.open, place, "r") as file:
            size = offload(volume.directory.info, place).size
            offload(self._writer.add, safe_path(name), file, size, attributes)
        return True

    @method(blocks=True)
    def add_dir(self, name: Text, options: Table | None = None) -> bool:
        """Add a directory."""
        offload(self._writer.add_directory, safe_path(name), self._attributes(options, 0o755))
        return True

    @method(blocks=True)
    def close(self) -> bool:
        """Finish the archive; once more does no harm."""
        if self._open:
            self._open = False
            self._forget()
            offload(self._writer.close)
        return True

    def _spool(self, name: str, take: Callable[[int], bytes], attributes: Attributes) -> None:
        """Add what comes in pieces, by way of a temporary file: a tar says the size of an entry before it."""
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as spool:
            size = 0
            while piece := take(_SPOOLED):
                size += len(piece)
                offload(spool.write, piece)
            spool.seek(0)
            offload(self._writer.add, name, spool, size, attributes)

    def _attributes(self, options: Table | None, mode: int = 0o644) -> Attributes:
        if not self._open:
            raise Failure(Kind.INVALID, "the archive is closed")
        how = text_option(options, "method") or "deflate"
        if how not in ("store", "deflate"):
            raise Failure(Kind.INVALID, f"unknown method '{how}': use store or deflate")
        modified = integer_option(options, "modified", -1)
        return Attributes(how, integer_option(options, "mode", mode) & 0o7777, None if modified < 0 else modified)


def entry_table(entry: Entry) -> Table:
    """Make the table of what is known of an entry."""
    return Table.from_dict(
        {
            "name": encode(entry.name),
            "size": entry.size,
            "compressed_size": entry.compressed_size,
            "is_dir": entry.type == DIRECTORY,
            "mode": entry.mode,
            "modified": entry.modified,
            "method": entry.method,
            "crc32": entry.crc32,
            "type": entry.type,
        }
    )


def _limits(options: Table | None) -> Limits:
    known = Limits()
    given = Limits(
        entries=integer_option(options, "max_entries", known.entries),
        total=integer_option(options, "max_total_bytes", known.total),
        file=integer_option(options, "max_file_bytes", known.file),
        inline=integer_option(options, "max_inline_bytes", known.inline),
        buffer=integer_option(options, "buffer_bytes", known.buffer),
    )
    if min(vars(given).values()) < 1:
        raise Failure(Kind.INVALID, "limits must be positive")
    return given


def _format(options: Table | None) -> str:
    wanted = text_option(options, "format") or ""
    if wanted and wanted not in FORMATS:
        raise Failure(Kind.INVALID, f"unknown format '{wanted}': use one of {', '.join(FORMATS)}")
    return wanted


@module.function
def formats() -> Table:
    """Name the formats."""
    return Table.from_list(list(FORMATS))


@module.function(blocks=True)
def open(source: LuaValue, path: LuaValue = None, options: Table | None = None) -> Reader:
    """Open an archive for reading in any order: a volume and a path, an open file, or a string of bytes."""
    permit("archive.read")
    where, settings = _path_and_options(source, path, options)
    limits = _limits(settings)
    file: IO[bytes]
    if isinstance(source, Volume):
        file = io.BufferedReader(offload(source.directory.open, source.place(where), "r"))
    elif isinstance(source, File):
        file = io.BufferedReader(source.duplicate())
    elif isinstance(source, str):
        file = io.BytesIO(to_bytes(source))
    else:
        raise Failure(Kind.PERMISSION_DENIED, f"cannot read from a {type_name(source)}: give a volume, a file or bytes")
    try:
        return Reader(offload(opened, file, _format(settings), where, limits), limits)
    except Failure:
        file.close()
        raise


@module.function(blocks=True)
def scan(source: LuaValue, options: Table | None = None) -> Walker:
    """Go through an archive that comes as a stream."""
    permit("archive.read")
    if not isinstance(source, (Stream, File)):
        raise Failure(Kind.PERMISSION_DENIED, f"cannot read from a {type_name(source)}: give a stream or an open file")
    limits = _limits(options)
    begun = _Begun(source.take)
    return Walker(scanned(begun, _format(options) or format_of(begun.beginning()), limits), limits)


class _Begun:
    """A stream of which the beginning has been looked at."""

    def __init__(self, take: Callable[[int], bytes]) -> None:
        self._take = take
        self._pending = b""

    def beginning(self) -> bytes:
        """Look at the first bytes, which are read again."""
        while len(self._pending) < SNIFFED:
            piece = self._take(SNIFFED)
            if not piece:
                break
            self._pending += piece
        return self._pending

    def read(self, size: int = -1) -> bytes:
        """Read up to so many bytes."""
        wanted = size if size > 0 else 1 << 16
        if self._pending:
            data, self._pending = self._pending[:wanted], self._pending[wanted:]
            return data
        return self._take(wanted)


@module.function(blocks=True)
def create(destination: LuaValue, path: LuaValue = None, options: Table | None = None) -> LuaWriter:
    """Begin an archive in a file of a volume."""
    permit("archive.write")
    where, settings = _path_and_options(destination, path, options)
    if not isinstance(destination, Volume):
        given = type_name(destination)
        raise Failure(Kind.PERMISSION_DENIED, f"cannot write an archive to a {given}: give a volume and a path")
    kind = _format(settings) or (format_of(b"", where) if "." in where else ZIP)
    return LuaWriter(Writer(offload(destination.directory.open, destination.place(where), "w"), kind))


def _path_and_options(source: LuaValue, path: LuaValue, options: Table | None) -> tuple[str, Table | None]:
    """Read what follows a source: a path behind a volume, then options."""
    if isinstance(source, Volume):
        if not isinstance(path, str) or not path:
            raise Failure(Kind.INVALID, "a path in the volume is required")
        return path, options
    if path is not None and not isinstance(path, Table):
        raise Failure(Kind.INVALID, f"options must be a table, got {type_name(path)}")
    return "", path if isinstance(path, Table) else options
