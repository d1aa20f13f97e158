"""A conversation with the language: `wippy lua` on a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.errors import SourceError
from compiler.pipeline import parsed
from runtime.cli.console import err, out
from runtime.cli.program import finish_output, modules, to_bytes, to_text, write
from runtime.code.standalone import Session
from runtime.lua.caught import traceback_text
from runtime.lua.errors import LuaError
from runtime.lua.operators import tostring

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

_FIRST, _MORE = "> ", ">> "
_REMEMBERED = 1000  # lines of history


def converse() -> int:
    """Read code, run it and show what it gives, until the end of input."""
    history = _History()
    history.load()
    out("Lua on wippy: Ctrl-C interrupts, Ctrl-D ends; locals last for one input, globals stay")
    session = Session(write, modules())
    try:
        while True:
            try:
                source = _read()
            except EOFError:
                out()
                return 0
            except KeyboardInterrupt:
                out()
                continue
            if source.strip():
                _run(session, source)
    finally:
        history.save()
        session.close()


def _read() -> str:
    """Read a piece of code, as many lines as it needs."""
    lines = [input(_FIRST)]
    while is_unfinished(to_bytes("\n".join(lines))):
        lines.append(input(_MORE))
    return "\n".join(lines)


def _run(session: Session, text: str) -> None:
    """Run a piece of code and show its results, or what is wrong."""
    source = to_bytes(text)
    try:
        session.run(as_expression(source) or source, _show)
    except SourceError as error:
        finish_output()
        err(error.render())
    except LuaError as error:
        finish_output()
        err(to_text(traceback_text(error)))
    except KeyboardInterrupt:
        finish_output()
        err("interrupted")
    finish_output()


def _show(values: tuple[LuaValue, ...]) -> None:
    if values:
        write("\t".join([tostring(value) for value in values]) + "\n")


def as_expression(source: str) -> str | None:
    """Give the code that returns the values of expressions; None where the source is no list of them."""
    returning = "return " + source
    return returning if source.strip() and _error(returning) is None else None


def is_unfinished(source: str) -> bool:
    """Tell whether more input could make a program of the source, read as statements or as expressions."""
    errors = _error("return " + source), _error(source)
    return None not in errors and any(_at_end(error) for error in errors if error is not None)


def _error(source: str) -> SourceError | None:
    try:
        parsed(source, "stdin")
    except SourceError as error:
        return error
    return None


def _at_end(error: SourceError) -> bool:
    return error.message.endswith("near <eof>") or error.message in (
        "unfinished long string",
        "unfinished long comment",
    )


class _History:
    """The lines of earlier conversations; where the platform has no readline there are none."""

    def __init__(self) -> None:
        state = os.environ.get("XDG_STATE_HOME")
        self.file = (Path(state) if state else Path.home() / ".local" / "state") / "wippy" / "lua_history"

    def load(self) -> None:
        """Read the file; one that cannot be read is no loss."""
        try:
            import readline
        except ImportError:
            return
        with contextlib.suppress(OSError):
            readline.read_history_file(self.file)

    def save(self) -> None:
        """Write the file."""
        readline = sys.modules.get("readline")
        if readline is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(_REMEMBERED)
            readline.write_history_file(self.file)
            self.file.chmod(0o600)
        except OSError:
            return  # a history that cannot be kept is no loss
