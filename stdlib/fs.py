"""The `fs` module: files and directories in volumes (page lua/storage/filesystem).

Every operation on the disk runs on a thread. Files that are left open are closed when the call or process ends.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.text import encode, to_bytes
from runtime.files.directory import Directory, Info, info_of, resolve
from runtime.files.failures import guarded
from runtime.lua.args import type_name
from runtime.lua.stringlimit import MAX_STRING
from runtime.offload import offload
from runtime.process.access import permit
from runtime.process.current import on_exit
from runtime.registry.entry import EntryId
from stdlib.stream import LINES, WHENCE, Stream, scanner_of

module = Module(
    "fs",
    classes=("storage", "io", "nondeterministic"),
    permissions={
        "fs.get": "the volume",
    },
)

FILE = "file"
DIRECTORY = "directory"
_PIECE = 256 << 10
_READ = 4096
_WRITE = Text("w")
_CUR = LuaString("cur")


@module.handle("fs.File")
class File(Userdata):
    """An open file."""

    __slots__ = ("_abandoned", "_busy", "_file", "_forget", "_name")

    def __init__(self, file: io.FileIO, name: str) -> None:
        self._file = file
        self._name = name
        self._busy = False  # whether a thread is at work on it
        self._abandoned = False
        self._forget = on_exit(self._abandon)

    def lua_tostring(self) -> str:
        """Tell whether it is open."""
        return "fs.File{closed}" if self._file.closed else "fs.File{}"

    @method(blocks=True)
    def read(self, size: int = _READ) -> Bytes:
        """Read up to `size` bytes; NotFound with the text EOF at the end."""
        if size < 1:
            raise Failure(Kind.INVALID, f"size must be positive, got {size}")
        data = self.take(size)
        if not data:
            raise Failure(Kind.NOT_FOUND, "EOF")
        return Bytes(data)

    @method(blocks=True)
    def write(self, data: Bytes) -> LuaValue:
        """Write all of the data; true, or false and the error."""
        return told(lambda: self.put(data))

    @method(blocks=True)
    def seek(self, whence: LuaString = _CUR, offset: int = 0) -> int:
        """Move, and give the position from the start."""
        if whence not in WHENCE:
            raise Failure(Kind.INVALID, f"invalid whence {whence!r}: use 'set', 'cur' or 'end'")
        position: int = self._guarded("seek in", self._file.seek, offset, WHENCE[whence])
        return position

    @method(blocks=True)
    def stat(self) -> Table:
        """Tell what is known of the file."""
        return info_table(self._guarded("look at", self._info))

    @method(blocks=True)
    def sync(self) -> LuaValue:
        """Have the operating system write the file out to the disk."""
        return told(lambda: self._guarded("sync", self._synced))

    @method(blocks=True)
    def close(self) -> bool:
        """Close the file; once more does no harm."""
        self._forget()
        if not self._file.closed:
            offload(self._file.close)
        return True

    @method
    def scanner(self, split: LuaString = LINES) -> LuaValue:
        """Make a scanner of lines, words, bytes or runes."""
        self.demand_open()
        return scanner_of(self.take, split)

    def take(self, size: int) -> bytes:
        """Read up to `size` bytes; nothing at the end."""
        return self._guarded("read", self._file.read, min(size, MAX_STRING)) or b""

    def put(self, data: bytes) -> None:
        """Write all of the data."""
        self._guarded("write", write_all, self._file, data)

    def duplicate(self) -> io.FileIO:
        """Give the file to somebody who closes it and reads it from wherever."""
        self.demand_open()
        return io.FileIO(os.dup(self._file.fileno()))

    def demand_open(self) -> None:
        """Refuse what is asked of a closed file."""
        if self._file.closed:
            raise Failure(Kind.INVALID, "the file is closed")

    def _guarded(self, action: str, work: Callable[..., Any], *arguments: object) -> Any:
        self.demand_open()
        self._busy = True
        with guarded(action, self._name):
            try:
                return offload(self._worked, work, *arguments)
            except io.UnsupportedOperation as error:
                raise Failure(Kind.INVALID, f"cannot {action} {self._name}: {error}") from None

    def _worked(self, work: Callable[..., Any], *arguments: object) -> Any:
        """Work on a thread, which outlives a process that is killed meanwhile."""
        try:
            return work(*arguments)
        finally:
            self._busy = False
            if self._abandoned:
                self._file.close()

    def _abandon(self) -> None:
        """Close when the process is over, but not under the hands of a thread."""
        self._abandoned = True
        if not self._busy:
            self._file.close()

    def _info(self) -> Info:
        return info_of(os.fstat(self._file.fileno()), self._name.rpartition("/")[2])

    def _synced(self) -> None:
        os.fsync(self._file.fileno())


@module.handle("fs.FS")
class Volume(Userdata):
    """A volume, and the directory in it that relative paths begin at."""

    __slots__ = ("_current", "directory")

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._current = "/"

    def lua_tostring(self) -> str:
        """Show the current directory."""
        return encode(f"fs.FS{{cwd={self._current}}}")

    @method(blocks=True)
    def chdir(self, path: Text) -> LuaValue:
        """Make relative paths begin at another directory."""

        def change() -> None:
            target = self.place(path)
            if not offload(self.directory.info, target).is_directory:
                raise Failure(Kind.INVALID, f"{path} is no directory")
            self._current = target

        return told(change)

    @method
    def pwd(self) -> Text:
        """Give the directory that relative paths begin at."""
        return Text(self._current)

    @method(blocks=True)
    def open(self, path: Text, mode: Text) -> File:
        """Open a file to read (r), to write it anew (w), to make it (wx), to append (a)."""
        place = self.place(path)
        return File(offload(self.directory.open, place, mode), place)

    @method(blocks=True)
    def stat(self, path: Text) -> Table:
        """Tell what is known of a file or directory."""
        return info_table(offload(self.directory.info, self.place(path)))

    @method(blocks=True)
    def exists(self, path: Text) -> LuaValue:
        """Tell whether something is there; of a path that leads out of the volume, nothing is told."""
        try:
            offload(self.directory.info, self.place(path))
        except Failure as failure:
            absent = failure.kind in (Kind.NOT_FOUND, Kind.PERMISSION_DENIED)
            return False if absent else (False, failure.to_error())
        return True

    @method(blocks=True)
    def isdir(self, path: Text) -> LuaValue:
        """Tell whether a path is a directory; false and NotFound where nothing is."""
        try:
            return offload(self.directory.info, self.place(path)).is_directory
        except Failure as failure:
            return False, failure.to_error()

    @method(blocks=True)
    def mkdir(self, path: Text) -> LuaValue:
        """Make a directory; true, or false and the error."""
        return told(lambda: offload(self.directory.make_directory, self.place(path)))

    @method(blocks=True)
    def remove(self, path: Text) -> LuaValue:
        """Remove a file or an empty directory; true, or false and the error."""
        return told(lambda: offload(self.directory.remove, self.place(path)))

    @method(blocks=True)
    def readdir(self, path: Text) -> LuaValue:
        """Give an iterator over `{name, type}`, by name."""
        entries = iter(offload(self.directory.entries, self.place(path)))

        def following(*_: LuaValue) -> LuaValue:
            info = next(entries, None)
            return None if info is None else Table.from_dict({"name": encode(info.name), "type": type_of(info)})

        return following

    @method(blocks=True)
    def readfile(self, path: Text) -> Bytes:
        """Give the content of a file."""
        return Bytes(offload(read_all, self.directory, self.place(path)))

    @method(blocks=True)
    def read_file(self, path: Text) -> Bytes:
        """Give the content of a file."""
        return Bytes(offload(read_all, self.directory, self.place(path)))

    @method(blocks=True)
    def writefile(self, path: Text, data: LuaValue = None, mode: Text = _WRITE) -> LuaValue:
        """Write a string, or what a stream or file gives, to a file; true, or false and the error."""
        return told(lambda: self._write(path, data, mode))

    @method(blocks=True)
    def write_file(self, path: Text, data: LuaValue = None, mode: Text = _WRITE) -> LuaValue:
        """Write a string, or what a stream or file gives, to a file; true, or false and the error."""
        return told(lambda: self._write(path, data, mode))

    def place(self, path: str) -> str:
        """Give the path from the root of the volume."""
        return resolve(self._current, path)

    def _write(self, path: str, data: LuaValue, mode: str) -> None:
        if mode == "r":
            raise Failure(Kind.INVALID, "invalid mode 'r': use 'w', 'wx' or 'a'")
        place = self.place(path)
        if isinstance(data, str):
            offload(write_new, self.directory, place, mode, to_bytes(data))
        elif isinstance(data, (Stream, File)):
            copy(data.take, self.directory, place, mode)
        else:
            raise Failure(Kind.INVALID, f"data must be a string, a stream or a file, got {type_name(data)}")


def told(work: Callable[[], object]) -> LuaValue:
    """Give true for work that is done, and false with the error for work that failed."""
    try:
        work()
    except Failure as failure:
        return False, failure.to_error()
    return True


def copy(take: Callable[[int], bytes], directory: Directory, place: str, mode: str) -> None:
    """Write a file of what comes in pieces."""
    file = offload(directory.open, place, mode)
    try:
        while piece := take(_PIECE):
            with guarded("write", place):
                offload(write_all, file, piece)
    finally:
        file.close()


def read_all(directory: Directory, place: str) -> bytes:
    """Read a file that is not too large for a string."""
    with directory.open(place, "r") as file, guarded("read", place):
        if os.fstat(file.fileno()).st_size > MAX_STRING:
            raise Failure(Kind.INVALID, f"{place} is larger than {MAX_STRING >> 20} MiB: open it and read pieces")
        return file.readall()


def write_new(directory: Directory, place: str, mode: str, data: bytes) -> None:
    """Write a file."""
    with directory.open(place, mode) as file, guarded("write", place):
        write_all(file, data)


def write_all(file: io.FileIO, data: bytes) -> None:
    """Write all of the data, though the operating system may take it in parts."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def type_of(info: Info) -> str:
    """Name the type as Lua knows it."""
    return DIRECTORY if info.is_directory else FILE


def info_table(info: Info) -> Table:
    """Make the table of what is known of a file or directory."""
    return Table.from_dict(
        {
            "name": encode(info.name),
            "size": info.size,
            "mode": info.mode,
            "modified": info.modified,
            "is_dir": info.is_directory,
            "type": type_of(info),
        }
    )


@module.function
def get(name: Text) -> Volume:
    """Give a handle of a volume; NotFound when there is none of that id, Invalid for another resource."""
    from runtime import node

    if not name:
        raise Failure(Kind.INVALID, "a volume id is required, such as 'app:files'")
    permit("fs.get", name)
    found = node.current().resources.get(EntryId.parse(name))
    if not isinstance(found, Directory):
        raise Failure(Kind.INVALID, f"resource {name} is not a file system")
    return Volume(found)


module.constants({"type": {"FILE": FILE, "DIR": DIRECTORY}, "seek": {"SET": "set", "CUR": "cur", "END": "end"}})
