"""What `wippy lua` does; apart from the command itself, so that a program starts without what reads command lines."""

from __future__ import annotations

import contextlib
import importlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.cli.console import CommandError, err, is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.lua.table import Table

# Modules of the library that work without a node; each is imported when a program is to have it.
MODULES = {
    "base64": "stdlib.base64",
    "channel": "stdlib.channel",
    "expr": "stdlib.expr",
    "hash": "stdlib.hash",
    "json": "stdlib.json",
    "payload": "stdlib.payload",
    "time": "stdlib.time",
    "uuid": "stdlib.uuid",
}


@dataclass(frozen=True)
class Request:
    """What is to be run: `code`, or a `file` (- is standard input), or neither for a conversation."""

    file: str | None = None
    arguments: list[str] = field(default_factory=list)
    code: str | None = None
    dump: str | None = None


def plain_request(arguments: Sequence[str]) -> Request | None:
    """Read the arguments behind `lua` where they are of the usual form; None where the full command has to."""
    given = list(arguments)
    options: dict[str, str] = {}
    while given and given[0] in ("-e", "--dump") and len(given) > 1:
        options[given[0]] = given[1]
        del given[:2]
    if given and given[0] != "-" and given[0].startswith("-"):
        return None
    return request(given[0] if given else None, given[1:], options.get("-e"), options.get("--dump"))


def request(file: str | None, arguments: list[str], code: str | None, dump: str | None) -> Request:
    """Make a request; with code, the first argument is no file."""
    if code is not None and file is not None:
        return Request(None, [file, *arguments], code, dump)
    return Request(file, arguments, code, dump)


def execute(wanted: Request) -> int:
    """Do what is requested and give the exit code; an error is told on standard error with the Lua stack."""
    from compiler.errors import SourceError

    if wanted.file is None and wanted.code is None:
        if wanted.dump is not None:
            raise CommandError("nothing to dump; give a file, as in: wippy lua --dump python hello.lua")
        if is_terminal(sys.stdin):
            from runtime.cli.repl import converse

            return converse()
    source, name, path = _program(wanted)
    try:
        if wanted.dump is not None:
            return _dump(wanted.dump, source, name)
        return _run(source, name, path, wanted.arguments)
    except SourceError as error:
        sys.stdout.flush()
        err(error.render(str(path) if path is not None else name))
        return 1
    finally:
        finish_output()


def _program(wanted: Request) -> tuple[str, str, Path | None]:
    """Give source, chunk name and file."""
    if wanted.code is not None:
        return to_bytes(wanted.code), "(command line)", None
    if wanted.file is None or wanted.file == "-":
        return sys.stdin.buffer.read().decode("latin-1"), "stdin", None
    path = Path(wanted.file)
    try:
        return path.read_bytes().decode("latin-1"), path.name, path
    except OSError as error:
        raise CommandError(f"cannot read {wanted.file}: {error.strerror or error}") from None


def _run(source: str, name: str, path: Path | None, arguments: Sequence[str]) -> int:
    from runtime.code.standalone import run
    from runtime.lua.caught import traceback_text
    from runtime.lua.errors import LuaError

    given = [to_bytes(argument) for argument in arguments]
    try:
        run(source, name, given, write, modules=modules(source), file=path.resolve() if path is not None else None)
    except LuaError as error:
        sys.stdout.flush()
        err(to_text("lua: " + traceback_text(error)))
        return 1
    return 0


def _dump(stage: str, source: str, name: str) -> int:
    from compiler.dump import STAGES, dump

    if stage not in STAGES:
        raise CommandError(f"there is no stage '{stage}' to dump; choose one of {', '.join(STAGES)}")
    write(dump(stage, source, name))
    return 0


def modules(source: str | None = None) -> dict[str, Table]:
    """Load the modules that a program has without asking; of those that its source cannot name, none is missed."""
    if source is None or any(way in source for way in ("_G", "_ENV", "require")):
        names = list(MODULES)
    else:
        names = [name for name in MODULES if name in source]
    return {name: importlib.import_module(MODULES[name]).module.table() for name in names}


def to_bytes(text: str) -> str:
    """Give what was typed as a string of bytes."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def to_text(string: str) -> str:
    """Give a string of bytes as text to show."""
    return string.encode("latin-1", "replace").decode("utf-8", "replace")


def write(string: str) -> None:
    """Write a string of bytes to standard output."""
    try:
        sys.stdout.buffer.write(string.encode("latin-1"))
    except BrokenPipeError:
        raise SystemExit(1) from None  # nobody reads: no error of the program, and no `pcall` is to go on


def finish_output() -> None:
    """Write what is still held back."""
    with contextlib.suppress(BrokenPipeError):  # nobody reads; `main` sees to the rest
        sys.stdout.flush()
